"""The two standing listeners: the log and Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter, Gauge

from bot.delivery.events import DeliveryEvent, EventKind
from data.model import ChatState

if TYPE_CHECKING:
    from datetime import datetime

    from data.redis.limiter import Pauses
    from data.redis.published import DeliveryStatus

_log = structlog.get_logger(__name__)

_alerts = Counter("spyhop_delivery_alerts", "Alerts by what became of them", ["outcome"])
_troubles = Counter("spyhop_delivery_events", "Deliveries that did not end as sent", ["event"])
_pending = Gauge("spyhop_delivery_pending_alerts", "Alerts in the outbox, of all chats")
_oldest = Gauge(
    "spyhop_delivery_oldest_pending_seconds", "Since when the oldest of them waits; 0 without one"
)
_deferred = Gauge(
    "spyhop_delivery_deferred_alerts", "Alerts that wait for the end of quiet hours, or a digest"
)
_waiting = Gauge("spyhop_delivery_waiting_chats", "Chats that have something to send or edit")
_chats = Gauge("spyhop_delivery_chats", "Chats by their state", ["state"])
_round = Gauge(
    "spyhop_delivery_round_timestamp_seconds", "When delivery last looked for work to do"
)
_paused_until = Gauge(
    "spyhop_delivery_paused_until_seconds",
    "Unix time until which Telegram wants to be left alone, 0 if it does not",
    ["whom"],
)
_paused_chats = Gauge("spyhop_delivery_paused_chats", "Chats that Telegram wants left alone")

_QUIET = {EventKind.SENT, EventKind.EDITED, EventKind.GONE, EventKind.DEFERRED}
_OF_ALERTS = {EventKind.SENT, EventKind.REPEATED, EventKind.DROPPED, EventKind.DEFERRED}
_LOUD = {
    EventKind.FAILED,
    EventKind.UNKNOWN,
    EventKind.REPEATED,
    EventKind.STALLED,
    EventKind.FLOODED,
    EventKind.ALONE,
}
_SENTENCES = {
    EventKind.SENT: "alerts sent",
    EventKind.REPEATED: "alerts sent that may be repeats: an earlier send left no trace",
    EventKind.EDITED: "message edited",
    EventKind.ANSWERED: "a message was answered: a reorg took back what it told",
    EventKind.GONE: "a message was deleted in its chat: it is not edited any more",
    EventKind.DROPPED: "alerts dropped",
    EventKind.DEFERRED: "alerts are kept for a digest",
    EventKind.FLOODED: "Telegram asks to wait",
    EventKind.FAILED: "a send failed and will be tried again",
    EventKind.UNKNOWN: "nobody knows whether a send arrived",
    EventKind.UNREACHABLE: "a chat cannot be reached any more",
    EventKind.MOVED: "a group became a supergroup",
    EventKind.TOPIC_LOST: "a topic is closed or deleted: its alerts go to the general one",
    EventKind.MALFORMED: "Telegram could not read the markup: sent as plain text",
    EventKind.STALLED: "delivery waits; alerts stay in the outbox",
    EventKind.RESUMED: "delivery goes on",
    EventKind.ALONE: "Redis is away: delivery goes on by the database, at its share of the rate",
    EventKind.TOGETHER: "Redis is back: delivery shares the rate through it again",
}


def log_event(event: DeliveryEvent) -> None:
    """One line an event; what goes well only at DEBUG."""
    log = _log.bind(chat=event.chat_id, alerts=event.alerts, reason=event.reason)
    sentence = _SENTENCES[event.kind]
    if event.kind is EventKind.MALFORMED:
        log.error(sentence)
    elif event.kind in _LOUD:
        log.warning(sentence)
    elif event.kind in _QUIET:
        log.debug(sentence)
    else:
        log.info(sentence)


def show_pauses(held: Pauses) -> None:
    """What Telegram asked for, of the bot and of the chat for which it asked for most."""
    for whom, until in (("bot", held.bot_until), ("chat", held.chats_until)):
        _paused_until.labels(whom).set(until.timestamp() if until else 0)
    _paused_chats.set(held.chats)


def count_event(event: DeliveryEvent) -> None:
    """Alerts by outcome, troubles by kind."""
    if event.kind in _OF_ALERTS:
        _alerts.labels(event.kind.value).inc(event.alerts)
    else:
        _troubles.labels(event.kind.value).inc()


def show_standing(status: DeliveryStatus, now: datetime) -> None:
    """What waits, and for whom."""
    since = status.pending_since
    _pending.set(status.pending)
    _oldest.set(0 if since is None else max(0.0, (now - since).total_seconds()))
    _deferred.set(status.deferred)
    _waiting.set(status.chats_waiting)
    for state in ChatState:
        _chats.labels(state.value).set(status.chats.get(state.value, 0))
    _round.set(status.written_at.timestamp())
