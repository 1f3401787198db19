"""What each watch made of a transaction. Pure.

An alert's row is the truth of what became of it; where none was written, it is said what stood in
the way, as far as movements and watches tell now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from typing import TYPE_CHECKING

from data.lookalike import DUST_USD
from data.model import Mark, NoiseRule, UsdThreshold
from data.shortfall import Shortfall, shortfall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.why.case import Case, Seen
    from data.model import Alert, Chain, Movement, Watch


class Obstacle(Enum):
    """Why a watch wrote no alert about a movement, although it is what the watch asks for."""

    MADE_LATER = auto()
    NOTHING_MOVED = auto()
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
    obstacle: Obstacle | Shortfall
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
                if found is not None and not _goes_without_saying(found):
                    yield found


def _goes_without_saying(found: Untold) -> bool:
    """A feed has nothing to do with what moves nothing: who was party to that says it."""
    return found.watch.is_feed and found.obstacle is Obstacle.NOTHING_MOVED


def is_poison(found: Untold) -> bool:
    """Whether the rule against look-alikes would have kept it out."""
    moved = found.movement
    return found.looks_like is not None and not moved.signed and (moved.usd or 0) < DUST_USD


def _untold(case: Case, seen: Seen, watch: Watch) -> Untold | None:
    movement = _looked_at(seen, watch)
    if movement is None:
        return None
    like = None
    if movement.counterparty is not None and not watch.is_feed:
        like = seen.known.get((case.chat.id, movement.address, movement.counterparty))
    obstacle = _obstacle(movement, watch, case)
    return Untold(seen.chain, movement, watch, obstacle, like)


def _looked_at(seen: Seen, watch: Watch) -> Movement | None:
    if watch.address is not None:
        return next((one for one in seen.movements if one.address == watch.address), None)
    # a feed shows who signed, or else the largest
    return max(seen.movements, key=lambda one: (one.signed, one.usd or Decimal(0)), default=None)


def _obstacle(movement: Movement, watch: Watch, case: Case) -> Obstacle | Shortfall:
    if watch.created_at > movement.block.time:
        return Obstacle.MADE_LATER
    if Mark.ZERO_VALUE in movement.marks:
        return Obstacle.NOTHING_MOVED
    if watch.threshold is None:
        watch = replace(watch, threshold=UsdThreshold(case.chat.default_threshold_usd))
    lacking = shortfall(movement, watch, case.labels)
    if lacking is not None:
        return lacking
    return Obstacle.NOT_SHOWN if watch.is_feed else Obstacle.CHANGED_SINCE


def rules_in_the_way(found: Finding) -> frozenset[NoiseRule]:
    """The rules whose switches would let it in."""
    if isinstance(found, Told):
        return found.alert.noise
    poisoned = is_poison(found) and found.obstacle in {Obstacle.NOTHING_MOVED, Shortfall.BELOW}
    return frozenset({NoiseRule.LOOKALIKE}) if poisoned else frozenset()
