"""What each watch made of a transaction. Pure.

An alert's row is the truth of what became of it; where none was written, it is said what stood in
the way, as far as movements and watches tell now.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import TYPE_CHECKING

from data.lookalike import DUST_USD
from data.model import Direction, Mark, NoiseRule, UnitThreshold, Unpriced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.why.case import Case, Seen
    from data.model import Alert, Chain, Leg, Movement, Threshold, Watch


class Obstacle(Enum):
    """Why a watch wrote no alert about a movement."""

    MADE_LATER = auto()
    NOTHING_MOVED = auto()
    OTHER_SIDE = auto()
    NO_PRICE = auto()
    BELOW = auto()
    NOT_SHOWN = auto()
    CHANGED_SINCE = auto()


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that was written, whatever became of it. ``watch`` None if it was removed."""

    chain: Chain
    alert: Alert
    movement: Movement | None
    watch: Watch | None
    others: tuple[Watch, ...] = ()


@dataclass(frozen=True, slots=True)
class Untold:
    """A movement that a watch looked at, and wrote no alert about.

    ``looks_like`` is the known address that its counterparty looks like.
    """

    chain: Chain
    movement: Movement
    watch: Watch
    obstacle: Obstacle
    looks_like: bytes | None = None


Finding = Told | Untold


def findings(case: Case) -> Iterator[Finding]:
    """The alerts first, then the watches that wrote none."""
    for seen in case.seen:
        by_id = {movement.id: movement for movement in seen.movements}
        spoke = set()
        for alert in seen.alerts:
            ids = [alert.watch_id, *(watch for watch, _ in alert.others)]
            spoke.update(ids)
            matched = [case.watches[one] for one in dict.fromkeys(ids) if one in case.watches]
            movement = by_id.get(alert.movement_id)
            yield Told(
                seen.chain, alert, movement, matched[0] if matched else None, tuple(matched[1:])
            )
        for watch in case.watches.values():
            if watch.id not in spoke and watch.chain in {None, seen.chain.name}:
                found = _untold(case, seen, watch)
                if found is not None:
                    yield found


def is_poison(found: Untold) -> bool:
    """Whether the rule against look-alikes would have kept it out."""
    moved = found.movement
    return found.looks_like is not None and not moved.signed and (moved.usd or 0) < DUST_USD


def threshold_of(watch: Watch, default: Decimal) -> Decimal | None:
    """What the watch asks for in dollars; None where it counts units."""
    if isinstance(watch.threshold, UnitThreshold):
        return None
    return default if watch.threshold is None else watch.threshold.usd


def side_usd(movement: Movement, direction: Direction) -> Decimal:
    """What moved on the side that a watch looks at."""
    if direction is Direction.BOTH:
        return max(movement.usd_in, movement.usd_out)
    return movement.usd_in if direction is Direction.IN else movement.usd_out


def side_units(movement: Movement, threshold: UnitThreshold, direction: Direction) -> Decimal:
    """How many units of what the watch counts moved on its side."""
    reached = {Direction.IN: Fraction(), Direction.OUT: Fraction()}
    for leg in movement.legs:
        needed = threshold.needed(movement.block.chain, leg)
        if needed:
            side = Direction.IN if leg.amount > 0 else Direction.OUT
            reached[side] += Fraction(abs(leg.amount), needed)
    share = max(reached.values()) if direction is Direction.BOTH else reached[direction]
    return threshold.quantity * share.numerator / share.denominator


def _untold(case: Case, seen: Seen, watch: Watch) -> Untold | None:
    movement = _looked_at(seen, watch)
    if movement is None:
        return None
    like = None
    if movement.counterparty is not None and not watch.is_feed:
        like = seen.known.get((case.chat.id, movement.address, movement.counterparty))
    obstacle = _obstacle(movement, watch, case.chat.default_threshold_usd)
    return Untold(seen.chain, movement, watch, obstacle, like)


def _looked_at(seen: Seen, watch: Watch) -> Movement | None:
    if watch.address is not None:
        return next((one for one in seen.movements if one.address == watch.address), None)
    # a feed shows who signed, or else the largest
    return max(seen.movements, key=lambda one: (one.signed, one.usd or Decimal(0)), default=None)


def _obstacle(movement: Movement, watch: Watch, default: Decimal) -> Obstacle:
    if watch.created_at > movement.block.time:
        return Obstacle.MADE_LATER
    if Mark.ZERO_VALUE in movement.marks:
        return Obstacle.NOTHING_MOVED
    if not _goes(movement, watch.direction):
        return Obstacle.OTHER_SIDE
    threshold: Threshold | None = watch.threshold
    if isinstance(threshold, UnitThreshold):
        moved = side_units(movement, threshold, watch.direction)
        reached = moved >= threshold.quantity
    elif _is_unpriced(movement, watch.direction):
        if watch.is_feed or watch.unpriced is not Unpriced.TELL:
            return Obstacle.NO_PRICE
        reached = True
    else:
        asked = default if threshold is None else threshold.usd
        reached = side_usd(movement, watch.direction) >= asked
    if not reached:
        return Obstacle.BELOW
    return Obstacle.NOT_SHOWN if watch.is_feed else Obstacle.CHANGED_SINCE


def _goes(movement: Movement, direction: Direction) -> bool:
    return direction is Direction.BOTH or any(_is_on(leg, direction) for leg in movement.legs)


def _is_unpriced(movement: Movement, direction: Direction) -> bool:
    """Whether nothing has a price on the side that a watch looks at."""
    return all(leg.usd is None for leg in movement.legs if _is_on(leg, direction))


def _is_on(leg: Leg, direction: Direction) -> bool:
    if direction is Direction.IN:
        return leg.amount > 0
    return leg.amount < 0 if direction is Direction.OUT else True


def rules_in_the_way(found: Finding) -> frozenset[NoiseRule]:
    """The rules whose switches would let it in."""
    if isinstance(found, Told):
        return found.alert.noise
    poisoned = is_poison(found) and found.obstacle in {Obstacle.NOTHING_MOVED, Obstacle.BELOW}
    return frozenset({NoiseRule.LOOKALIKE}) if poisoned else frozenset()
