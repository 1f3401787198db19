"""A chat's feeds: watches on a whole chain, or on all of them.

- ``own``       those that it has, found, made and changed
- ``subjects``  what a feed is about
- ``draft``     a new one that is made by tapping
- ``screens``   what is shown of them
"""
