"""A chain as configured: everything that differs between chains is data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Token:
    """A curated token. ``feed`` is the pair of the Chainlink feed that prices it, if any;
    ``stablecoin`` whether a public list calls it one."""

    address: bytes
    symbol: str
    name: str
    decimals: int
    feed: str | None = None
    stablecoin: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A Chainlink price feed: ``proxy`` answers ``latestRoundData`` with ``decimals`` places.

    ``heartbeat`` is the longest time between two rounds in seconds, where it is known.
    """

    pair: str
    proxy: bytes
    decimals: int
    heartbeat: int | None = None


class PoolKind(StrEnum):
    """How the pools of an exchange keep what they hold."""

    V2 = "v2"
    """two reserves whose product stays, as Uniswap v2: ``getPair``, ``getReserves``"""
    V3 = "v3"
    """liquidity in ranges of the price, as Uniswap v3: ``getPool``, ``slot0``, ``liquidity``"""


@dataclass(frozen=True, slots=True)
class Factory:
    """What makes an exchange's pools, and knows them by their tokens.

    ``fees`` are those that it has pools for, in millionths; none in a v2.
    """

    title: str
    kind: PoolKind
    address: bytes
    fees: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explorer:
    """URL templates of a block explorer: ``{hash}``, ``{address}``, ``{number}``."""

    tx: str
    address: str
    block: str


@dataclass(frozen=True, slots=True)
class Integrity:
    """Which checks of a block against its header hold, each from a block on; None: never.

    ``deposit_nonces``: deposit receipts (type 0x7e) enter the receipts root with their nonce and
    its version, as on OP chains.
    """

    bloom_from: int | None = 0
    receipts_root_from: int | None = 0
    deposit_nonces: bool = False


@dataclass(frozen=True, slots=True)
class Finality:
    """How deep a block lies when it counts as safe, and as finalized.

    Used where no node has the ``safe`` or ``finalized`` tag; where one has, the tag counts.
    """

    safe_depth: int
    finalized_depth: int


@dataclass(frozen=True, slots=True)
class SystemTransactions:
    """How the transactions are known that a chain puts into its blocks by itself.

    ``types`` are those that nobody signs, ``minting_types`` those among them whose value is made
    for them, ``user_types`` those that people begin on the parent chain; ``contracts`` are what a
    block's producer calls in the chain's name, as on BSC.
    """

    types: frozenset[int] = frozenset()
    minting_types: frozenset[int] = frozenset()
    user_types: frozenset[int] = frozenset()
    contracts: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain. Times in seconds, depths in blocks.

    ``aliases`` are other names that people give it in commands. ``sequencer_feed`` is Chainlink's
    proxy that tells whether a rollup's sequencer is up: 0 is up, 1 is down. ``factories`` make the
    pools that tokens without a feed are priced by, against the ``quotes``: curated tokens that
    have a feed. ``price_source_name`` is what the HTTP price source calls the chain.
    ``native_logs_from`` is the block from which on native value shows in logs (EIP-7708); None: it
    does not. ``native_contract`` shows the native coin as if it were a token, where there is such.
    ``wraps_by_minting``: the wrapped coin tells of wrapping as other tokens do of minting.
    """

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
    integrity: Integrity
    finality: Finality
    node_urls: tuple[str, ...]
    ws_urls: tuple[str, ...]
    feeds: Mapping[str, Feed]
    tokens: Mapping[bytes, Token]
    aliases: tuple[str, ...] = ()
    sequencer_feed: bytes | None = None
    factories: tuple[Factory, ...] = ()
    quotes: tuple[bytes, ...] = ()
    price_source_name: str | None = None
    system: SystemTransactions = SystemTransactions()
    native_logs_from: int | None = None
    native_contract: bytes | None = None
    wraps_by_minting: bool = False

    @property
    def stablecoins(self) -> tuple[Token, ...]:
        """The curated tokens that keep the value of a currency."""
        return tuple(token for token in self.tokens.values() if token.stablecoin)

    def tokens_called(self, symbol: str) -> tuple[Token, ...]:
        """The curated tokens of that symbol, whatever its case; none if nobody curated it."""
        wanted = symbol.casefold()
        return tuple(token for token in self.tokens.values() if token.symbol.casefold() == wanted)
