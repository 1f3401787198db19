"""What happens around every handler.

- ``introduction``  the chat is met (and active again), and the context opened
- ``attention``     a tapped button stops waiting, whatever its handler did
"""
