"""What delivery tells whoever listens: the log, the counters, a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What happened to alerts, to a chat or to the whole of delivery."""

    SENT = "sent"
    REPEATED = "repeated"
    EDITED = "edited"
    ANSWERED = "answered"
    GONE = "gone"
    DROPPED = "dropped"
    DEFERRED = "deferred"
    FLOODED = "flooded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    TOPIC_LOST = "topic lost"
    MALFORMED = "malformed"
    STALLED = "stalled"
    RESUMED = "resumed"
    ALONE = "alone"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """``alerts`` counts what it concerns; ``chat_id`` is None where it concerns all of them.

    REPEATED counts the alerts that may be shown a second time. ``reason`` never holds a secret.
    """

    kind: EventKind
    chat_id: int | None = None
    alerts: int = 0
    reason: str | None = None


Listener = Callable[[DeliveryEvent], None]
