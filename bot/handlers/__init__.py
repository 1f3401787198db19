"""Commands and buttons, one noun a file; each has ``make_router``.

- ``start``       /start, /help and the buttons of the greeting
- ``watch``       /watch, and the button under a pasted address
- ``unwatch``     /unwatch
- ``watchlist``   /list and its pages
- ``card``        the buttons of one watch · ``typed``: what they ask to be typed
- ``alert``       the buttons under an alert
- ``threshold``   /threshold
- ``whales``      /whales
- ``name``        /name and /names
- ``timing``      /timing
- ``unpriced``    /unpriced
- ``noise``       /noise
- ``language``    /language
- ``why``         /why
- ``history``     /history, its pages, and an alert in full
- ``pages``       the pages of a list of alerts, for anybody in the chat
- ``mute``        /mute and /unmute
- ``tx``          /tx
- ``gas``         /gas
- ``status``      /status
- ``paste``       pasted addresses and transactions, and whatever nobody understood
- ``channels``    /channels and /done: other chats set up from a private one
- ``groups``      what nobody else has taken in groups
- ``membership``  blocked, unblocked, added and removed
- ``failure``     what is said when something went wrong
"""
