"""Whether an alert is still wanted, now that it is about to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from data.model import Alert, Chat, Watch

MUTED = "muted"
WATCH_REMOVED = "watch removed"


def refusal(alert: Alert, chat: Chat, watches: Mapping[int, Watch], now: datetime) -> str | None:
    """Why the alert is not wanted any more, None when it is; ``watches`` are those that exist."""
    if is_muted(chat.muted_until, now):
        return MUTED
    matched = [watches[watch_id] for watch_id in watch_ids(alert) if watch_id in watches]
    if not matched:
        return WATCH_REMOVED
    return MUTED if all(is_muted(watch.muted_until, now) for watch in matched) else None


def watch_ids(alert: Alert) -> list[int]:
    """Every watch that the alert hit, the largest match first."""
    return list(dict.fromkeys([alert.watch_id, *(watch for watch, _ in alert.others)]))


def movement_ids(alert: Alert) -> list[int]:
    """Every movement that the alert tells of, the largest match first."""
    return list(dict.fromkeys([alert.movement_id, *(movement for _, movement in alert.others)]))


def is_muted(until: datetime | None, now: datetime) -> bool:
    """Whether a mute still holds."""
    return until is not None and until > now
