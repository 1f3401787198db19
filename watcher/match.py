"""Match: movements × watches → matches. Pure; which watches to look at is a query."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from data.labels import curated_labels
from data.model import Match, MovementKind, Transaction
from data.shortfall import shortfall
from data.venues import Meaning, VenueKind, venues_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.labels import Labels
    from data.model import Chain, Movement, Watch
    from data.venues import Venues

_NOTHING = Decimal(0)
_NEARLY = 2
_MUCH_MORE = 100


def match(
    movements: Sequence[Movement],
    watches: Sequence[Watch],
    born: datetime,
    labels: Labels | None = None,
) -> list[Match]:
    """Every movement that satisfies a watch on its address.

    ``born`` is when the blocks came up: a watch made later does not concern them. Thresholds
    must be filled in. ``labels`` tell exchanges; the curated ones without.
    """
    labels = curated_labels() if labels is None else labels
    on_address: defaultdict[bytes, list[int]] = defaultdict(list)
    for position, watch in enumerate(watches):
        if watch.address is not None and watch.created_at <= born:
            on_address[watch.address].append(position)
    return [
        Match(number, position)
        for number, movement in enumerate(movements)
        for position in on_address.get(movement.address, ())
        if shortfall(movement, watches[position], labels) is None
    ]


def primary(
    chain: Chain,
    transaction: Transaction,
    movements: Sequence[Movement],
    venues: Venues | None = None,
) -> Movement | None:
    """The one movement of a transaction that a feed shows; None when there is none to show, as in
    those that the chain puts into its blocks by itself.

    The signer's own, unless it is a fee or a reward beside what somebody else moved, more than a
    hundred times as much; else the largest of an address that is no known pool, router or token;
    where a settlement fills what others signed, theirs. Where nothing has a price, only the
    signer's will do: nobody knows which is the largest.
    """
    if transaction.system:
        return None
    signed = next((movement for movement in movements if movement.signed), None)
    worth = [movement for movement in movements if movement.usd]
    venues = venues or venues_on(chain.name)
    settled = _is_settled(venues, transaction)
    machines = transaction.pools | {transaction.target}
    people = [
        movement
        for movement in worth
        if movement.address not in machines
        and movement.address not in chain.tokens
        and movement.address not in venues.by_address
    ]
    if signed is not None and not settled and (signed.usd or not worth):
        return _much_larger(people, signed) or signed
    return _largest(people) or (signed if settled and signed and signed.usd else None)


def _much_larger(people: Sequence[Movement], signed: Movement) -> Movement | None:
    """What somebody else moved, if the signer's own is next to nothing beside that: who signs for a
    multisig is paid back a fee, and a keeper gets a reward. A contract that swaps is a pool."""
    largest = _largest(
        [one for one in people if not (one.is_contract and one.kind is MovementKind.SWAP)]
    )
    if largest is None or (largest.usd or _NOTHING) <= _MUCH_MORE * (signed.usd or _NOTHING):
        return None
    return largest


def _is_settled(venues: Venues, transaction: Transaction) -> bool:
    target = venues.at(transaction.target)
    if target is not None and target.kind is VenueKind.SETTLEMENT:
        return True
    return any(venues.meaning(event.topic) is Meaning.SETTLEMENT for event in transaction.events)


def _largest(people: Sequence[Movement]) -> Movement | None:
    """The largest; of those that are nearly as large, one that is not known to be a contract: a
    pool that nobody knows mirrors whoever traded with it."""
    largest = max((movement.usd or _NOTHING for movement in people), default=_NOTHING)
    near = [movement for movement in people if (movement.usd or _NOTHING) * _NEARLY >= largest]
    return max(near, key=lambda one: (not one.is_contract, one.usd or _NOTHING), default=None)
