"""The first minute: what somebody new is asked, and shown.

- ``known``     well-known wallets to begin with
- ``hours``     when nobody wants to be woken, and where people may be
- ``choices``   what has been chosen so far, read from what the chat watches
- ``left``      what was left out a moment ago, and comes back as it was
- ``sample``    an alert from recent history, to see what is to come
- ``recorded``  the one that is shown while there is no history yet
"""
