"""Where alerts go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


class ChatKind(StrEnum):
    """Telegram's kinds of chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class ChatState(StrEnum):
    """Whether the bot may speak there; watches are kept whatever it is."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    KICKED = "kicked"
    GONE = "gone"


class Timing(StrEnum):
    """When a chat is alerted: at the head, or once the block is safe from all but deep reorgs."""

    INSTANT = "instant"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Chat:
    """One Telegram chat; ``id`` is Telegram's."""

    id: int
    kind: ChatKind
    state: ChatState
    default_threshold_usd: Decimal
    muted_until: datetime | None
    created_at: datetime
    timing: Timing = Timing.INSTANT
