"""What an operator tells everybody, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class BroadcastState(StrEnum):
    """draft → sending → done; draft → cancelled; sending → stopped."""

    DRAFT = "draft"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class SendState(StrEnum):
    """What became of a broadcast in one chat; whatever has ended is not tried again."""

    WAITING = "waiting"
    SENT = "sent"
    MUTED = "muted"
    """the chat wanted to hear nothing"""
    LOST = "lost"
    """it cannot be reached any more: blocked, left, gone"""
    FAILED = "failed"
    """Telegram refused the message there"""
    UNKNOWN = "unknown"
    """nobody knows whether it arrived: better never than twice"""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """``chat_id`` is the operator's private chat, ``shown_in`` Telegram's id of the message there
    that tells how far it is."""

    id: int
    chat_id: int
    html: str
    state: BroadcastState
    created_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    shown_in: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How many chats a broadcast goes to, by kind and by the language they read."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.kinds.values())
