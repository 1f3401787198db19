"""What a movement lacks to be what a watch asks for. Pure.

Whoever matches, explains or rehearses a watch asks here, so that all three say the same.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import TYPE_CHECKING

from data.labels.flow import FlowDirection, flows
from data.model import (
    EVERYTHING,
    Direction,
    Interest,
    MovementKind,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.labels import Labels
    from data.model import Leg, Movement, Watch

_NOTHING = Decimal(0)
_INTERESTS = {
    MovementKind.SWAP: Interest.SWAP,
    MovementKind.MINT: Interest.MINT,
    MovementKind.BURN: Interest.BURN,
    MovementKind.WRAP: Interest.WRAP,
    MovementKind.UNWRAP: Interest.WRAP,
    MovementKind.DEPOSIT: Interest.PROTOCOL,
    MovementKind.WITHDRAW: Interest.PROTOCOL,
    MovementKind.BORROW: Interest.PROTOCOL,
    MovementKind.REPAY: Interest.PROTOCOL,
}
_FLOWS = {
    FlowDirection.IN: Interest.EXCHANGE_IN,
    FlowDirection.OUT: Interest.EXCHANGE_OUT,
}


class Shortfall(Enum):
    """Why a movement is not what a watch asks for."""

    OTHER_CHAIN = auto()
    OTHER_INTEREST = auto()
    OTHER_ASSET = auto()
    OTHER_SIDE = auto()
    NO_PRICE = auto()
    BELOW = auto()


def interests(movement: Movement, labels: Labels) -> Interest:
    """What a movement is, to those who know its sides."""
    if any(leg.token_id is not None for leg in movement.legs):
        return Interest.NFT
    if (plain := _INTERESTS.get(movement.kind)) is not None:
        return plain
    found = Interest(0)
    for flow in flows(movement, labels):
        if flow.kind == "exchange" and flow.direction in _FLOWS:
            found |= _FLOWS[flow.direction]
    return found or Interest.TRANSFER


def shortfall(movement: Movement, watch: Watch, labels: Labels) -> Shortfall | None:
    """What the movement lacks, None when it is what the watch asks for; the watch's threshold must
    be filled in.

    One without any price is, where the watch wants to be told of such.
    """
    chain, scope = movement.block.chain, watch.scope
    if watch.chain not in (None, chain) or chain in scope.not_on:
        return Shortfall.OTHER_CHAIN
    legs: Sequence[Leg] = movement.legs
    if scope is not EVERYTHING:
        if scope.interests is not None and not scope.interests & interests(movement, labels):
            return Shortfall.OTHER_INTEREST
        legs = counted(movement, watch)
        if not legs and movement.legs:
            return Shortfall.OTHER_ASSET
    if isinstance(watch.threshold, UnitThreshold):
        reached = _share(movement, watch.threshold, legs, watch.direction) >= 1
    else:
        side = [leg for leg in legs if _is_on(leg, watch.direction)]
        if not side:
            return Shortfall.OTHER_SIDE
        if all(leg.usd is None for leg in side):
            tells = watch.unpriced is Unpriced.TELL and not watch.is_feed
            return None if tells else Shortfall.NO_PRICE
        reached = _is_worth(movement, watch, legs)
    if reached:
        return None
    if not any(_is_on(leg, watch.direction) for leg in legs):
        return Shortfall.OTHER_SIDE
    return Shortfall.BELOW


def counted(movement: Movement, watch: Watch) -> Sequence[Leg]:
    """The legs that a watch looks at, on either side."""
    scope = watch.scope
    if not scope.picks_assets:
        return movement.legs
    chain = movement.block.chain
    return [leg for leg in movement.legs if scope.counts(chain, leg.token)]


def side_usd(movement: Movement, watch: Watch) -> Decimal:
    """What moved on the side that a watch looks at, of what it looks at."""
    return _usd(movement, counted(movement, watch), watch.direction)


def side_units(movement: Movement, watch: Watch, threshold: UnitThreshold) -> Decimal:
    """How many units of what the watch counts moved on its side."""
    share = _share(movement, threshold, counted(movement, watch), watch.direction)
    return threshold.quantity * share.numerator / share.denominator


def _is_worth(movement: Movement, watch: Watch, legs: Sequence[Leg]) -> bool:
    threshold = watch.threshold
    if not isinstance(threshold, UsdThreshold):
        return False
    return _usd(movement, legs, watch.direction) >= threshold.usd


def _is_on(leg: Leg, direction: Direction) -> bool:
    if direction is Direction.IN:
        return leg.amount > 0
    return leg.amount < 0 if direction is Direction.OUT else leg.amount != 0


def _usd(movement: Movement, legs: Sequence[Leg], direction: Direction) -> Decimal:
    received, sent = movement.usd_in, movement.usd_out
    if legs is not movement.legs:
        received = sum((leg.usd or _NOTHING for leg in legs if leg.amount > 0), _NOTHING)
        sent = sum((leg.usd or _NOTHING for leg in legs if leg.amount < 0), _NOTHING)
    if direction is Direction.BOTH:
        return max(received, sent)
    return received if direction is Direction.IN else sent


def _share(
    movement: Movement, threshold: UnitThreshold, legs: Sequence[Leg], direction: Direction
) -> Fraction:
    """Of what is asked for; what comes in as native and wrapped coin is added up."""
    reached = {Direction.IN: Fraction(), Direction.OUT: Fraction()}
    for leg in legs:
        needed = threshold.needed(movement.block.chain, leg)
        if needed:
            side = Direction.IN if leg.amount > 0 else Direction.OUT
            reached[side] += Fraction(abs(leg.amount), needed)
    return max(reached.values()) if direction is Direction.BOTH else reached[direction]
