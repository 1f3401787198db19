"""Commands in, messages out: the process right of the database.

- ``parse``       what people type, as values
- ``context``     what every handler is handed
- ``handlers``    commands and buttons, one noun a file
- ``middlewares`` what happens around every handler
- ``texts``       everything the bot says outside of alerts
- ``keyboards``, ``buttons``  the inline keyboards, and what their buttons carry
- ``first``       the first minute: what somebody new is asked and shown
- ``watchlist``   a chat's own watches, found and changed · ``cards``: the screens of one
- ``feeds``       a chat's feeds · ``subjects``: what they are about ·
  ``newfeed``: one that is made by tapping
- ``rehearsal``   what a watch would have told in the last day
- ``assets``      tokens that watches count or leave out
- ``sheet``       a watchlist as a file for spreadsheets, and back
- ``sharing``     watches in a link
- ``places``      where in a chat something was said
- ``levels``      who may do what with the bot · ``requests``: strangers who want to be let in
- ``rights``      who may change what the bot does in a chat
- ``behalf``      on whose behalf somebody sets the bot up · ``stamps``: whose a keyboard is
- ``naming``      labels and watches under the names that a chat gave
- ``acquaintance``  addresses by what somebody calls them
- ``discretion``  what a chat may know of what others have kept
- ``why``         why a chat was told of a transaction, or was not
- ``health``      what /status tells
- ``throttle``    answers pass the limiter, before everything else
- ``asking``      questions that the next thing a person writes is the answer to
- ``everything``  all that is kept about a chat, in one document
- ``incoming``    files that people send
- ``answers``     saying something in a chat, patiently
- ``paging``      how a list of alerts is cut into pages
- ``numbers``     numbers as people read them
- ``languages``   what is said, in the language of whoever reads it · ``locales``: the translations
- ``delivery``    alerts out of the outbox, into chats
- ``commands``    the table of commands, and which menu offers which of them
- ``dispatcher``  which handlers there are
- ``polling``, ``webhook``    updates in, through ``lanes``: in order
- ``presence``    how the bot stands with Telegram, for the health check
- ``wiring``      the concrete parts, put together
"""
