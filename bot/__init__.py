"""Commands in, messages out: the process right of the database.

- ``parse``       what people type, as values
- ``context``     what every handler is handed
- ``handlers``    commands and buttons, one noun a file
- ``middlewares`` what happens around every handler
- ``texts``       everything the bot says outside of alerts
- ``keyboards``, ``buttons``  the inline keyboards, and what their buttons carry
- ``watchlist``   a chat's own watches, found and changed
- ``sheet``       a watchlist as a file for spreadsheets, and back
- ``sharing``     watches in a link
- ``places``      where in a chat something was said
- ``rights``      who may change what the bot does in a chat
- ``behalf``      on whose behalf somebody sets the bot up
- ``naming``      labels and watches under the names that a chat gave
- ``discretion``  what a chat may know of what others have kept
- ``why``         why a chat was told of a transaction, or was not
- ``health``      what /status tells
- ``throttle``    answers pass the limiter, before everything else
- ``asking``      questions that the next thing a person writes is the answer to
- ``answers``     saying something in a chat, patiently
- ``paging``      how a list of alerts is cut into pages
- ``numbers``     numbers as people read them
- ``languages``   what is said, in the language of whoever reads it · ``locales``: the translations
- ``delivery``    alerts out of the outbox, into chats
- ``commands``    the table of commands, and which menu offers which of them
- ``dispatcher``  which handlers there are
- ``lanes``, ``polling``      updates in, in order
- ``wiring``      the concrete parts, put together
"""
