"""What a venue is, and what an event of one means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VenueKind(StrEnum):
    """What a known contract does for whoever deals with it."""

    AGGREGATOR = "aggregator"
    """finds the way through other people's pools"""
    SETTLEMENT = "settlement"
    """fills what people signed, in transactions that others pay for"""
    ROUTER = "router"
    """the door to one protocol's pools"""
    POOL = "pool"
    """where assets are exchanged"""
    POSITIONS = "positions"
    """keeps liquidity for people, each share of it a numbered token"""
    LENDING = "lending"
    BRIDGE = "bridge"
    STAKING = "staking"


TRADING = frozenset(
    {
        VenueKind.AGGREGATOR,
        VenueKind.SETTLEMENT,
        VenueKind.ROUTER,
        VenueKind.POOL,
        VenueKind.POSITIONS,
    }
)
"""Where assets are exchanged, or given for others to exchange."""


class Meaning(StrEnum):
    """What an event tells; who emitted it tells whose it is."""

    SWAP = "swap"
    SETTLEMENT = "settlement"
    LIQUIDITY = "liquidity"
    SUPPLY = "supply"
    WITHDRAW = "withdraw"
    BORROW = "borrow"
    REPAY = "repay"


@dataclass(frozen=True, slots=True)
class Venue:
    """A known contract: the protocol's name as people say it, and what it is there for."""

    name: str
    kind: VenueKind


@dataclass(frozen=True, slots=True)
class Topic:
    """An event by its topic0. ``venue`` is the protocol that it is peculiar to, None where several
    share it, on the chains named; on all where none is."""

    meaning: Meaning
    venue: str | None
    chains: frozenset[str]

    def venue_on(self, chain: str) -> str | None:
        """The protocol that emits it on a chain, whoever the emitter."""
        return self.venue if not self.chains or chain in self.chains else None


@dataclass(frozen=True, slots=True)
class Deployer:
    """A factory whose pools have addresses that follow from their tokens (EIP-1014).

    ``fees`` are those of a v3-like factory, each of which has a pool of its own; empty for v2.
    """

    address: bytes
    venue: str
    init_code_hash: bytes
    fees: tuple[int, ...]
