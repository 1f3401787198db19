"""Match: movements × watches → matches. Pure; which watches to look at is a query."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from data.model import Direction, Match, Transaction, UnitThreshold, Unpriced
from data.venues import Meaning, VenueKind, venues_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.model import Chain, Movement, Watch
    from data.venues import Venues

_NOTHING = Decimal(0)
_NEARLY = 2


def match(movements: Sequence[Movement], watches: Sequence[Watch], born: datetime) -> list[Match]:
    """Every movement that satisfies a watch on its address.

    ``born`` is when the blocks came up: a watch made later does not concern them. Thresholds
    must be filled in.
    """
    on_address: defaultdict[bytes, list[int]] = defaultdict(list)
    for position, watch in enumerate(watches):
        if watch.address is not None and watch.created_at <= born:
            on_address[watch.address].append(position)
    return [
        Match(number, position)
        for number, movement in enumerate(movements)
        for position in on_address.get(movement.address, ())
        if reaches(movement, watches[position])
    ]


def reaches(movement: Movement, watch: Watch) -> bool:
    """Whether the movement is big enough for the watch, on the side that the watch looks at.

    One without any price is, where the watch wants to be told of such.
    """
    threshold = watch.threshold
    if threshold is None or watch.chain not in (None, movement.block.chain):
        return False
    if isinstance(threshold, UnitThreshold):
        return _reaches_units(movement, threshold, watch.direction)
    if movement.usd is None:
        return watch.unpriced is Unpriced.TELL and _moved(movement, watch.direction)
    return _value(movement, watch.direction) >= threshold.usd


def _moved(movement: Movement, direction: Direction) -> bool:
    """Whether anything moved on the side that the watch looks at, whatever it is worth."""
    if direction is Direction.IN:
        return any(leg.amount > 0 for leg in movement.legs)
    if direction is Direction.OUT:
        return any(leg.amount < 0 for leg in movement.legs)
    return any(leg.amount for leg in movement.legs)


def _value(movement: Movement, direction: Direction) -> Decimal:
    if direction is Direction.IN:
        return movement.usd_in
    if direction is Direction.OUT:
        return movement.usd_out
    return max(movement.usd_in, movement.usd_out)


def _reaches_units(movement: Movement, threshold: UnitThreshold, direction: Direction) -> bool:
    """Units count per side: what comes in as native and wrapped coin is added up."""
    reached = {Direction.IN: Fraction(), Direction.OUT: Fraction()}
    for leg in movement.legs:
        needed = threshold.amounts.get((movement.block.chain, leg.token))
        if needed:
            side = Direction.IN if leg.amount > 0 else Direction.OUT
            reached[side] += Fraction(abs(leg.amount), needed)
    sides = reached.values() if direction is Direction.BOTH else [reached[direction]]
    return max(sides) >= 1


def primary(
    chain: Chain, transaction: Transaction, movements: Sequence[Movement]
) -> Movement | None:
    """The one movement of a transaction that a feed shows; None when there is none to show, as in
    those that the chain puts into its blocks by itself.

    The signer's own, else the largest of an address that is no known pool, router or token; where
    a settlement fills what others signed, theirs. Where nothing has a price, only the signer's
    will do: nobody knows which is the largest.
    """
    if transaction.system:
        return None
    signed = next((movement for movement in movements if movement.signed), None)
    worth = [movement for movement in movements if movement.usd]
    venues = venues_on(chain.name)
    settled = _is_settled(venues, transaction)
    if signed is not None and not settled and (signed.usd or not worth):
        return signed
    machines = transaction.pools | {transaction.target}
    people = [
        movement
        for movement in worth
        if movement.address not in machines
        and movement.address not in chain.tokens
        and movement.address not in venues.by_address
    ]
    return _largest(people) or (signed if settled and signed and signed.usd else None)


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
