"""The chat's own clocks, and what goes by them.

- ``clock``     times as those clocks show them
- ``schedule``  when a chat may be woken, and when its digests come
- ``quiet``     setting that, and moving along what waits
"""
