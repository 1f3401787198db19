"""Watches in a link, like ``t.me/<bot>?start=w_…``.

- ``sealed``  what only this bot can have written
- ``link``    a watch in so few bytes that it fits, or the name of a stored list
"""
