"""How delivery stands, for whoever runs the bot: in English, like the log and the health check."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import _, ngettext
from bot.numbers import grouped
from bot.texts.words import ago_words
from data.health import STALE_AFTER, told, told_counts

if TYPE_CHECKING:
    from datetime import datetime

    from data.redis.published import DeliveryStatus

_LONGEST_REASON = 120
_SHOWN_REASONS = 3
_WHY = {
    "dropped": "Dropped",
    "failed": "Failed",
    "unknown": "Uncertain",
    "unreachable": "Chats lost",
}


def standing(found: DeliveryStatus | None, now: datetime, *, redis: bool) -> str:
    """What waits, what was sent and what went wrong; ``redis`` tells whether it could be read."""
    if found is None:
        why = "never ran" if redis else "unknown, Redis cannot be reached"
        return f"🔴 <b>Delivery</b>: {why}"
    stands_still = now - found.written_at > STALE_AFTER
    sign, goes = ("🔴", "stands still, last round") if stands_still else ("🟢", "last round")
    since = found.pending_since
    oldest = "" if since is None else f", the oldest for {told(now - since)}"
    kept = f"; {found.deferred:,} kept for digests" if found.deferred else ""
    lines = [
        f"{sign} <b>Delivery</b>: {goes} {told(now - found.written_at)} ago",
        f"Waiting: {found.pending:,} alerts{oldest}; {found.chats_waiting:,} chats{kept}",
        f"Last hour: {told_counts(found.last_hour)}",
        f"Last 24 h: {told_counts(found.last_day)}",
    ]
    for name, words in _WHY.items():
        reasons = [
            f"{escape(reason[:_LONGEST_REASON])} ({number:,})"
            for reason, number in found.reasons(name)[:_SHOWN_REASONS]
        ]
        lines += [f"{words}: {'; '.join(reasons)}"] if reasons else []
    by_state = sorted(
        found.chats.items(), key=lambda pair: (pair[0] != "active", -pair[1], pair[0])
    )
    states = ", ".join(f"{number:,} {state}" for state, number in by_state)
    return "\n".join([*lines, f"Chats: {states or 'none'}"])


def waiting(alerts: int, since: datetime | None, now: datetime) -> str:
    """What waits to be sent, and since when."""
    if since is None:
        return _("No alert is waiting to be sent.")
    said = ngettext(
        "{count} alert is waiting to be sent, the oldest since {ago}.",
        "{count} alerts are waiting to be sent, the oldest since {ago}.",
        alerts,
    )
    return said.format(count=grouped(alerts), ago=ago_words(since, now))
