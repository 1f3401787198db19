"""Everything the bot says outside of alerts. Functions return HTML, with what is foreign escaped.

- ``words``    thresholds, addresses, times: the parts that sentences are made of
- ``buttons``  captions
- ``first``    the first minute
- ``general``  help, what is said when something is not understood
- ``watches``  a watch, the watchlist, what became of them
- ``scope``    what a watch is about
- ``feeds``    whale feeds
- ``sheet``    watchlists as files
- ``share``    links that share
- ``privacy``  what is kept about a chat
- ``names``    what the chat calls addresses
- ``history``  a chat's alerts, and what became of each
- ``mutes``    mute and unmute
- ``timing``   at once, or of safe blocks only
- ``noise``    what is kept from a chat, and what it lets in
- ``gas``      what transactions cost
- ``pursuits`` followed transactions, apart from their own messages
- ``languages`` which language the bot writes in
- ``lateness`` what is said of a time when the bot was away
- ``inline``   what is answered to ``@bot …``
- ``groups``   what groups and channels are told, and whoever sets them up
- ``levels``   whoever is blocked, not let in yet, or too quick
- ``operators`` what those who run the bot read
- ``status``   what the bot knows about its own health · ``gaps``: the blocks it did not see
- ``standing`` how delivery stands, for whoever runs the bot
"""
