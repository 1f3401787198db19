"""The inline keyboards: rows of buttons under a message. One file a screen, as in ``bot.buttons``.

- ``rows``      how rows are made, and the ways to other pages
- ``switches``  buttons that switch one thing
- ``first``     the first minute
- ``watch``     one watch, the list of them, an address that may become one
- ``scope``     what a watch is about
- ``feeds``     whole chains
- ``alert``     under an alert
- ``chat``      what holds for a whole chat
- ``names``     what a chat calls addresses
- ``pages``     the list in one message
- ``history``   what a chat was told
- ``remedies``  under the answer why nothing was told
- ``operators`` of those who run the bot
- ``places``    groups and channels, set up from a private chat
"""
