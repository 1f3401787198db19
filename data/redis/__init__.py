"""What is shared, fast and re-creatable: every key and every Lua script stands in this folder.

- ``connection``  a checked connection
- ``published``   what the processes tell each other and the health check
- ``gas``         what transactions cost, as the watcher tells the bot
- ``late``        how many messages of a chat waited while the bot was away
- ``webhook``     which webhook is ours, and which updates came by it
- ``wake``        wake-ups: something is in the outbox, or became of a transaction
- ``claims``      a send's mark, so that nothing is said twice
- ``limiter``     the token buckets and the sliding log that Telegram's limits ask for
- ``rights``      who administers a chat, and for which chat a person speaks
- ``drafts``      files that wait for the word to be imported
- ``traces``      all of that of one chat, to be forgotten
- ``tallies``     how often what happened lately · ``faults``: what went wrong
- ``budget``      how often a person, and a group, is answered
- ``removed``     watches that were removed a moment ago, to be brought back
- ``scripts``     the Lua files beside, loaded
- ``away``        the error of a server that cannot be asked
"""
