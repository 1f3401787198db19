"""Blocks, and what moved in them before anybody asked what it was worth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

ZERO_ADDRESS = bytes(20)
"""Where minted tokens come from and burned ones go, by the ERC-20 convention."""


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block's place in its chain: 32-byte hashes, the time its header states (UTC)."""

    chain: str
    number: int
    hash: bytes
    parent_hash: bytes
    time: datetime


class Source(StrEnum):
    """Where in a transaction a transfer was found."""

    NATIVE = "native"
    LOG = "log"
    TRACE = "trace"


class Standard(StrEnum):
    """What kind of asset a contract keeps; native coins count as ERC-20. Those of an ERC-721 or
    ERC-1155 have a number each."""

    ERC20 = "erc20"
    ERC721 = "erc721"
    ERC1155 = "erc1155"

    __hash__ = str.__hash__  # part of the key of all that moves: an enum's own is slow Python


class Transfer(NamedTuple):
    """One asset movement in one transaction; ``token`` is None for the native coin.

    ``position`` counts within the source in the transaction, so that it survives a reorg.
    ``amount`` is in base units, 1 for an ERC-721's; it may be 0, which moves nothing and may be
    meant to deceive. ``token_id`` numbers the asset of an ERC-721 or ERC-1155, None otherwise.
    A named tuple, because a block has hundreds.
    """

    source: Source
    position: int
    token: bytes | None
    sender: bytes
    recipient: bytes
    amount: int
    standard: Standard = Standard.ERC20
    token_id: int | None = None


class Event(NamedTuple):
    """What a contract said that is no transfer, but tells what the transaction was about: a swap,
    a deposit with a lending market. ``topic`` is the event's topic0, 32 bytes."""

    emitter: bytes
    topic: bytes


class Transaction(NamedTuple):
    """A transaction and what moved in it, in order.

    ``position`` is its place in the block; ``signer`` who paid for it; ``target`` the address
    called, None for a contract creation;
    ``pools`` are the contracts that said of themselves that they swapped; ``events`` what
    contracts said that a table of venues knows, each once; ``contracts`` those it touched that the
    block itself shows to be contracts: they emitted logs, were created, or were called with data,
    and signed nothing. ``system``: the chain put it into the block by itself.
    """

    hash: bytes
    position: int
    signer: bytes
    target: bytes | None
    transfers: tuple[Transfer, ...]
    pools: frozenset[bytes] = frozenset()
    events: tuple[Event, ...] = ()
    contracts: frozenset[bytes] = frozenset()
    system: bool = False


class Settled(NamedTuple):
    """Heights up to which a chain is safe, and finalized; None while that is unknown."""

    safe: int | None
    finalized: int | None


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """Blocks ``first`` to ``last``, both inclusive, that were not seen, and why.

    ``next`` is the gap's own cursor: the first block that is still to be filled in, ``first`` in
    a new gap. ``partial`` when the blocks were seen, but not all of what is in them. ``id`` is the
    database's, None before it was recorded.
    """

    chain: str
    first: int
    last: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None = None
    next: int = -1
    partial: bool = False
    id: int | None = None

    def __post_init__(self) -> None:
        if self.next < 0:
            object.__setattr__(self, "next", self.first)


@dataclass(frozen=True, slots=True)
class UnverifiedBlock:
    """A block that independent nodes agree on although a check against its header fails."""

    chain: str
    number: int
    hash: bytes
    reason: str
    seen_at: datetime
