"""What the inline buttons carry: small, checked, at most 64 bytes. One file a screen.

- ``values``   what a button may carry
- ``start``    the greeting · ``first``: the first minute
- ``watch``    one watch, the list of them, an address that may become one
- ``feeds``    whole chains
- ``alert``    under an alert
- ``chat``     what holds for a whole chat
- ``names``    what a chat calls addresses
- ``importing``  what an import would change
- ``share``    links that share, and what is behind one
- ``privacy``  what is kept about a chat
- ``pages``    the list in one message
- ``history``  what a chat was told
- ``places``   groups and channels, set up from a private chat
- ``operators`` of those who run the bot
- ``asking``   under a question
"""
