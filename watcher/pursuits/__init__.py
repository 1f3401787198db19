"""Transactions that chats asked to be followed, to their ends.

- ``sighting``  what the nodes say of one at a moment
- ``course``    how a pursuit goes on from there; pure
- ``pursuer``   looks after the open ones of a chain, beside whoever follows it
"""
