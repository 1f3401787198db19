"""Known protocols: where people swap, lend, stake and cross over. Each row names its source.

- ``contracts.csv``  routers, pools, settlement contracts, lending markets, by chain and address
- ``topics.csv``     the events by which such contracts say what they did
- ``deployers.csv``  factories whose pools' addresses follow from their tokens
- ``venue``          what a venue is, and what an event of one means
- ``tables``         the tables, read
- ``pools``          whose pool an address is, out of the tokens in it

Bridges and staking contracts are known by their labels, too (``data.labels``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from data.labels import curated_labels
from data.venues.pools import derived_name
from data.venues.tables import contracts, deployers, topics
from data.venues.venue import TRADING, Deployer, Meaning, Topic, Venue, VenueKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.labels import Labels

__all__ = [
    "TOPICS",
    "TRADING",
    "Meaning",
    "Venue",
    "VenueKind",
    "Venues",
    "venues_on",
    "venues_with",
]

TOPICS: frozenset[bytes] = frozenset(topics())
"""Every topic0 that the table knows: what a transaction's ``events`` are to hold."""

_LABELLED = {VenueKind.BRIDGE, VenueKind.STAKING, VenueKind.LENDING}


@dataclass(frozen=True, slots=True)
class Venues:
    """What is known on one chain; ``labels`` are those of all chains."""

    chain: str
    labels: Labels
    by_address: Mapping[bytes, Venue]
    by_topic: Mapping[bytes, Topic]
    deployers: tuple[Deployer, ...]

    def at(self, address: bytes | None) -> Venue | None:
        """The venue at an address."""
        return None if address is None else self.by_address.get(address)

    def meaning(self, topic: bytes) -> Meaning | None:
        """What an event tells, None for one that is not in the table."""
        known = self.by_topic.get(topic)
        return None if known is None else known.meaning

    def venue_of_topic(self, topic: bytes) -> str | None:
        """The protocol that an event is peculiar to on this chain."""
        known = self.by_topic.get(topic)
        return None if known is None else known.venue_on(self.chain)

    def pool(self, address: bytes, tokens: frozenset[bytes]) -> str | None:
        """Whose pool of two of the tokens an address is, if anybody's that is known."""
        known = self.by_address.get(address)
        if known is not None and known.kind is VenueKind.POOL:
            return known.name
        return derived_name(self.deployers, address, tokens)


@cache
def venues_on(chain: str) -> Venues:
    """The tables' rows of a chain, and its bridges and staking contracts that have a curated
    label."""
    return venues_with(chain, curated_labels())


def venues_with(chain: str, known: Labels) -> Venues:
    """The same where more is labelled: what an operator adds is made once, and handed on."""
    labels = [(address, known.of(chain, address) or label) for address, label in known.on(chain)]
    # an exchange's own wallet for staking is the exchange's, not a protocol
    exchanges = {label.entity for _, label in labels if label.kind == "exchange"}
    by_address = {
        address: Venue(label.entity, VenueKind(label.kind))
        for address, label in labels
        if label.kind in _LABELLED and label.entity not in exchanges
    }
    by_address |= contracts().get(chain, {})
    return Venues(chain, known, by_address, topics(), deployers().get(chain, ()))
