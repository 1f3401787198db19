"""From the outbox to the chat: `Delivery` leases a chat and tells it what waits.

The way of an alert, file by file:

- ``delivery``      leases chats that are due, a few at once, until told to stop
- ``turn``          one leased chat: read, decide
- ``telling``       one message about alerts: pass the limiter, claim, send, record
- ``claimed``       a send under its claims · ``setbacks``: what it means that it was not shown
- ``revision``      a message shown anew · ``taken_back``: an answer, if a reorg took much
- ``certainty``     whether a block is safe or final · ``confirmations``: edits that say so
- ``outbox``        what waits for a chat, read again before every message
- ``verdict``       whether an alert is still wanted (mutes, deleted watches)
- ``patience``      what a chat is told later: it is quiet there, or it gets digests
- ``mornings``      queues the chats whose digests are due · ``picture``: a digest's chart
- ``batch``         alone, with many others in one list, or later in a digest
- ``pace``          how a group's twenty messages a minute are spent
- ``rate_limiter``  Telegram's limits; command answers take from the same buckets
- ``turnstile``     in which order turns ask it
- ``render``        an alert as HTML; from ``title``, ``headline``, ``amounts``, ``parties``,
  ``flow``
- ``reach``         what can be done about an alert: the buttons under it
- ``warnings``      why an alert is not to be believed at sight
- ``listing``       several alerts in one message
- ``clean``         foreign text made harmless · ``markup``: HTML as Telegram counts it
- ``pursuits``      beside the alerts: edits what became of followed transactions · ``pursuit``: the
  text · ``story``: what that is made of
- ``broadcasts``    beside them: what operators tell everybody, when there is time
- ``send``          one call to Telegram → ``outcomes``
- ``roll``          who else delivers · ``alone``, ``marks``: limits and claims without Redis
- ``alarm``         wakes it when a chat is due again
- ``floods``        whom a 429 is meant for · ``backoff``: how long to keep away
- ``events``        what listeners are told · ``instruments``: the log and the counters
- ``ledger``        how delivery stands, published for whoever runs it
- ``means``         what every turn works with
"""

from bot.delivery.delivery import Delivery
from bot.delivery.rate_limiter import RateLimiter

__all__ = ["Delivery", "RateLimiter"]
