"""A chain as configured: everything that differs between chains is data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Token:
    """A curated token. ``feed`` is the pair of the Chainlink feed that prices it, if any."""

    address: bytes
    symbol: str
    name: str
    decimals: int
    feed: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A Chainlink price feed: ``proxy`` answers ``latestRoundData`` with ``decimals`` places.

    ``heartbeat`` is the longest time between two rounds in seconds, where it is known.
    """

    pair: str
    proxy: bytes
    decimals: int
    heartbeat: int | None = None


@dataclass(frozen=True, slots=True)
class Explorer:
    """URL templates of a block explorer: ``{hash}``, ``{address}``, ``{number}``."""

    tx: str
    address: str
    block: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain. Times in seconds, depths in blocks."""

    name: str
    title: str
    family: str
    chain_id: int
    block_time: float
    keep_hashes: int
    retract_after: int
    native_symbol: str
    native_decimals: int
    native_feed: str
    wrapped_native: bytes
    multicall3: bytes
    explorer: Explorer
    node_urls: tuple[str, ...]
    feeds: Mapping[str, Feed]
    tokens: Mapping[bytes, Token]

    def tokens_called(self, symbol: str) -> tuple[Token, ...]:
        """The curated tokens of that symbol, whatever its case; none if nobody curated it."""
        wanted = symbol.casefold()
        return tuple(token for token in self.tokens.values() if token.symbol.casefold() == wanted)
