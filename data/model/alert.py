"""What one chat is to be told about one transaction, and the message that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from data.model.chat import NoiseRule
    from data.model.movement import Movement
    from data.model.scope import Interest


class Priority(IntEnum):
    """Across chats, the lower goes first."""

    ANSWER = 0
    WATCH = 1
    EDIT = 2
    FEED = 3
    DIGEST = 4
    CONFIRMATION = 5
    """an edit that tells nothing but that a block has become safer"""
    BROADCAST = 6
    """what an operator tells everybody: it has time"""


class Certainty(IntEnum):
    """How sure a message says that its transactions are."""

    SEEN = 0
    CONFIRMED = 1
    """the block is safe, as ``safe`` chats have it"""
    FINALIZED = 2


class AlertState(StrEnum):
    """Where an alert is on its way; every end has its reason beside it.

    held → pending (its block became safe), or deleted unseen (a reorg was faster), or dropped;
    pending → deferred (its chat is quiet, or gets digests) → sent or dropped;
    pending → sent → retracted (a reorg took the transaction back) → sent (it reappeared);
    pending → dropped (its watch was deleted or muted, its chat is gone, a reorg was faster).
    """

    HELD = "held"
    PENDING = "pending"
    DEFERRED = "deferred"
    SENT = "sent"
    RETRACTED = "retracted"
    DROPPED = "dropped"


class Occasion(StrEnum):
    """Why a message tells of alerts later than they came."""

    QUIET = "quiet"
    """the chat was not to be woken"""
    HOUR = "hourly"
    DAY = "daily"


class Match(NamedTuple):
    """A movement that satisfies a watch: positions of both in the lists that were matched."""

    movement: int
    watch: int


class Shown(NamedTuple):
    """What feeds show of a transaction: a movement, what it is, and when its block came up."""

    movement: Movement
    about: Interest
    born: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One per (chain, transaction, chat, topic), however many watches it hits.

    ``movement_id`` and ``watch_id`` are the largest match; ``others`` the further ones as
    (watch id, movement id). ``message_id`` is our message's id, not Telegram's.
    """

    id: int
    chain: str
    tx_hash: bytes
    chat_id: int
    topic_id: int
    movement_id: int
    watch_id: int
    others: tuple[tuple[int, int], ...]
    priority: Priority
    state: AlertState
    reason: str | None
    message_id: int | None
    created_at: datetime
    noise: frozenset[NoiseRule] = frozenset()
    """The rules that took it for noise, whether or not the chat wanted to hear of it."""
    deferred_until: datetime | None = None
    """When the digest comes that tells of it, if it is or was deferred."""
    answered_at: datetime | None = None
    """When an answer to its message told the chat that a reorg took the transaction back."""


@dataclass(frozen=True, slots=True)
class Message:
    """What Telegram shows, from one or more alerts.

    ``revision`` is the one wanted, ``shown_revision`` the one last sent or edited in.
    ``telegram_id`` is Telegram's message id in the chat; ``gone`` when it was deleted there.
    """

    id: int
    chat_id: int
    topic_id: int
    telegram_id: int
    revision: int
    shown_revision: int
    sent_at: datetime
    certainty: Certainty = Certainty.SEEN
    """What it says of its transactions now."""
    gone: bool = False
    occasion: Occasion | None = None
    pictured: bool = False
    """Whether it is a picture, and what it says the caption."""
