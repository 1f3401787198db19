"""A transaction that a chat asked to be followed, and what is known of it by now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PursuitState(StrEnum):
    """What became of the transaction, as far as it is known.

    searching → pending (a node has it waiting) → mined → confirmed (mined, and final), or failed
    (mined, and reverted); replaced (another of the same sender and nonce was mined); dropped (no
    node has known it for long, and its nonce is free); unknown (no chain ever showed it); expired
    (followed for as long as it is done). A reorg leads from mined, failed and replaced back to
    pending until their block is final. What has ended stays what it is.
    """

    SEARCHING = "searching"
    PENDING = "pending"
    MINED = "mined"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    REPLACED = "replaced"
    DROPPED = "dropped"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


class Depth(StrEnum):
    """How far its block is settled: not at all, safe, or final."""

    FRESH = "fresh"
    SAFE = "safe"
    FINAL = "final"


class Replacement(StrEnum):
    """What a sender did with a nonce instead: the same for a higher fee, nothing at all (a payment
    of nothing to oneself), or something else."""

    SPEED_UP = "speed-up"
    CANCEL = "cancel"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a transaction says of itself, in base units and wei per gas.

    ``target`` is None for a contract creation. ``fee`` is the most that it offers for one gas,
    ``tip`` the part for the block's producer, None where there are no such parts. ``call`` is a
    short digest of its input, empty without one.
    """

    sender: bytes
    target: bytes | None
    nonce: int
    value: int
    fee: int
    tip: int | None
    call: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The block that a transaction is in, and what came of it there.

    ``gas_price`` in wei is what was paid for one gas, ``l1_fee`` in wei what a rollup took besides
    for the data; None where the receipt does not say.
    """

    number: int
    hash: bytes
    succeeded: bool
    gas_used: int
    gas_price: int | None = None
    l1_fee: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a message about the transaction is made of.

    ``last_seen`` is when any node last knew it; ``replaced_at`` the block by which its nonce was
    used otherwise, ``replaced_by`` that transaction where it was found. ``confirmations`` counts
    its own block. ``taken_back`` counts how often a reorg took it out of a block.
    """

    wish: Wish | None = None
    inclusion: Inclusion | None = None
    confirmations: int = 0
    depth: Depth = Depth.FRESH
    last_seen: datetime | None = None
    replaced_at: int | None = None
    replaced_by: bytes | None = None
    replacement: Replacement | None = None
    taken_back: int = 0


@dataclass(frozen=True, slots=True)
class Pursuit:
    """One transaction followed for one chat, shown in one message.

    ``chain`` is None as long as nobody has found it, and it is looked for on all of them.
    ``revision`` grows with every change that is worth an edit; ``shown_revision`` is the one that
    Telegram shows. ``telegram_id`` is Telegram's message id in the chat.
    """

    id: int
    chat_id: int
    topic_id: int
    telegram_id: int
    tx_hash: bytes
    chain: str | None
    asked_at: datetime
    changed_at: datetime
    state: PursuitState = PursuitState.SEARCHING
    told: Told = field(default_factory=Told)
    revision: int = 1
    shown_revision: int = 1
    ended_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.ended_at is not None
