"""Match: movements × watches → matches. Pure; which watches to look at is a query."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from data.model import Direction, Match, Transaction, UnitThreshold, Unpriced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from data.model import Chain, Movement, Watch


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

    The signer's own, else the largest of an address that is no known pool, router or token.
    Where nothing has a price, only the signer's will do: nobody knows which is the largest.
    """
    if transaction.system:
        return None
    signed = next((movement for movement in movements if movement.signed), None)
    worth = [movement for movement in movements if movement.usd]
    if signed is not None and (signed.usd or not worth):
        return signed
    machines = transaction.pools | {transaction.target}
    people = [
        movement
        for movement in worth
        if movement.address not in machines and movement.address not in chain.tokens
    ]
    return max(people, key=lambda movement: movement.usd or 0, default=None)
