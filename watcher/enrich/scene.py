"""Which known venues took part in a transaction, and what they say happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.venues import TRADING, Meaning, VenueKind
from watcher.enrich.flows import tokens_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.model import Chain, Transaction
    from data.venues import Venue, Venues
    from watcher.enrich.flows import Flows

_NOTHING: frozenset[Meaning] = frozenset()
_MOST_NAMES = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """One transaction, as its known venues show it.

    ``known``: a venue or pool took part. ``traded`` names where assets were exchanged or liquidity
    given: the aggregator or settlement, else the pools, two at most. ``swapped``: somebody says
    that a swap took place. ``lent`` names the lending market, ``lending`` is what it says happened;
    ``bridge`` and ``crossing`` are the same of bridges.
    """

    chain: Chain
    venues: Venues
    transaction: Transaction
    flows: Flows
    known: bool = False
    target: Venue | None = None
    traded: str | None = None
    swapped: bool = False
    lent: str | None = None
    lending: frozenset[Meaning] = _NOTHING
    bridge: str | None = None
    crossing: frozenset[Meaning] = _NOTHING

    def is_contract(self, address: bytes) -> bool | None:
        """Whether the block shows an address to be one; None where it does not tell."""
        if address == self.transaction.signer:
            return False
        if self.is_machine(address) or address in self.transaction.contracts:
            return True
        return None

    def is_machine(self, address: bytes) -> bool:
        """Whether it is a known venue, a pool or a curated token: nobody's wallet."""
        return (
            address in self.venues.by_address
            or address in self.transaction.pools
            or address in self.chain.tokens
            or address == self.chain.wrapped_native
        )

    def pool(self, address: bytes, extra: frozenset[bytes] = frozenset()) -> str | None:
        """Whose pool an address is, by the tokens that moved through it."""
        tokens = tokens_at(self.flows.get(address), self.chain.wrapped_native) - {address}
        return self.venues.pool(address, tokens | extra)


def scene_of(chain: Chain, venues: Venues, transaction: Transaction, flows: Flows) -> Scene:
    """What the transaction's target, its events and its parties tell."""
    target = venues.at(transaction.target)
    known = _places(venues, transaction, flows)
    if target is None and not known and not transaction.pools and not transaction.events:
        return Scene(chain, venues, transaction, flows)
    meanings = [(event, venues.meaning(event.topic)) for event in transaction.events]
    said = {
        kind: frozenset(
            meaning
            for event, meaning in meanings
            if meaning is not None
            and (emitter := venues.at(event.emitter)) is not None
            and emitter.kind is kind
        )
        for kind in (VenueKind.LENDING, VenueKind.BRIDGE)
    }
    swapped = bool(transaction.pools) or any(
        meaning in (Meaning.SWAP, Meaning.SETTLEMENT) for _, meaning in meanings
    )
    bare = Scene(chain, venues, transaction, flows)
    return Scene(
        chain,
        venues,
        transaction,
        flows,
        True,
        target,
        _traded(bare, target, known),
        swapped,
        _name(known, VenueKind.LENDING),
        said[VenueKind.LENDING],
        _name(known, VenueKind.BRIDGE),
        said[VenueKind.BRIDGE],
    )


def _places(venues: Venues, transaction: Transaction, flows: Flows) -> dict[Venue, None]:
    """Every known venue in it, each once: the target first, then who spoke, then who dealt."""
    by_address = venues.by_address
    found: dict[Venue, None] = {}
    target = venues.at(transaction.target)
    if target is not None:
        found[target] = None
    for event in transaction.events:
        if event.emitter in by_address:
            found[by_address[event.emitter]] = None
    for address in flows:
        if address in by_address:
            found[by_address[address]] = None
    return found


def _name(known: dict[Venue, None], kind: VenueKind) -> str | None:
    return next((venue.name for venue in known if venue.kind is kind), None)


def _traded(scene: Scene, target: Venue | None, known: dict[Venue, None]) -> str | None:
    settled = next(
        (
            name
            for event in scene.transaction.events
            if scene.venues.meaning(event.topic) is Meaning.SETTLEMENT
            and (name := scene.venues.venue_of_topic(event.topic))
        ),
        None,
    )
    # whoever was called knows best; a resolver's own contract is called for what others signed
    if target is not None and target.kind in (VenueKind.AGGREGATOR, VenueKind.SETTLEMENT):
        return target.name
    middle = settled or _name(known, VenueKind.SETTLEMENT) or _name(known, VenueKind.AGGREGATOR)
    if middle is not None:
        return middle
    pools = list(dict.fromkeys(_pool_names(scene)))
    if pools:
        return " and ".join(pools[:_MOST_NAMES])
    return next((venue.name for venue in known if venue.kind in TRADING), None)


def _pool_names(scene: Scene) -> Iterator[str]:
    """Of the contracts that say they swapped, as far as they are known, in the order of flows."""
    pools, venues = scene.transaction.pools, scene.venues
    by_emitter = {
        event.emitter: name
        for event in scene.transaction.events
        if (name := venues.venue_of_topic(event.topic)) is not None
        and venues.meaning(event.topic) is Meaning.SWAP
    }
    for address in scene.flows:
        if address in pools or address in by_emitter:
            name = scene.pool(address) or by_emitter.get(address)
            if name is not None:
                yield name
    for address in sorted(pools - scene.flows.keys()):
        known = venues.at(address)
        name = by_emitter.get(address) or (known.name if known is not None else None)
        if name is not None:
            yield name
