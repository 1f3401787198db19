"""How a pursuit goes on, from what was just seen. Pure: no node, no database, no clock."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.model import Depth, PursuitState, Replacement, Told

if TYPE_CHECKING:
    from data.model import Inclusion, Pursuit, Wish
    from watcher.pursuits.sighting import Branch, Rival, Sighting

UNKNOWN_AFTER = timedelta(minutes=10)
"""After which a transaction that no chain has shown is one that none of them knows."""
DROPPED_AFTER = timedelta(minutes=10)
"""After which one that no node knows any more is held to be dropped."""
EXPIRES_AFTER = timedelta(hours=24)
"""For which one is followed at most."""
SEEN_NOTED_EVERY = timedelta(minutes=1)
EDIT_FOR_COUNT_EVERY = timedelta(seconds=5)
"""Between edits that tell of nothing but more confirmations."""
MILESTONES = (1, 2, 3, 6, *(12 * 2**power for power in range(20)))
"""Confirmations that are worth an edit."""


def onward(
    pursuit: Pursuit, seen: Sighting | None, chain: str, branch: Branch, now: datetime
) -> Pursuit:
    """The pursuit after a look at a chain; the same one where nothing changed.

    ``seen`` is None where nobody could tell. What has ended stays as it is.
    """
    if pursuit.has_ended:
        return pursuit
    state, told = pursuit.state, pursuit.told
    if seen is not None:
        state, told = _after(state, told, seen, branch, now)
    state, ended = _end(state, told, pursuit.asked_at, now, looked=seen is not None)
    found = pursuit.chain is not None or told.wish is not None or told.inclusion is not None
    after = replace(
        pursuit,
        chain=chain if found else None,
        state=state,
        told=told,
        ended_at=now if ended else None,
    )
    return _revised(pursuit, after, now)


def _after(
    state: PursuitState, told: Told, seen: Sighting, branch: Branch, now: datetime
) -> tuple[PursuitState, Told]:
    if seen.inclusion is not None:
        return _included(told, seen, seen.inclusion, branch, now)
    wish = seen.wish or told.wish
    if wish is None:
        return state, told
    told = replace(told, wish=wish)
    used = seen.next_nonce is not None and seen.next_nonce > wish.nonce
    # a node that still has it waiting may only be behind with its blocks
    if used and (seen.wish is None or seen.rival is not None):
        return PursuitState.REPLACED, _replaced(told, wish, seen.rival, branch)
    if seen.wish is None and seen.next_nonce is None:
        return state, told  # nobody knows whether it was replaced
    if state in {PursuitState.MINED, PursuitState.FAILED, PursuitState.REPLACED}:
        # whatever took its place, or had it, is gone: its time runs anew
        was_in = told.inclusion is not None
        told = Told(wish, last_seen=now, taken_back=told.taken_back + was_in)
    elif seen.wish is not None:
        told = _noticed(told, now)
    return PursuitState.PENDING, told


def _included(
    told: Told, seen: Sighting, inclusion: Inclusion, branch: Branch, now: datetime
) -> tuple[PursuitState, Told]:
    before = told.inclusion
    moved = before is not None and before.hash != inclusion.hash
    depth = _depth(inclusion.number, branch) if branch.has(inclusion) else Depth.FRESH
    head = branch.cursor.number if branch.cursor else inclusion.number
    told = Told(
        seen.wish or told.wish,
        inclusion,
        confirmations=max(1, head - inclusion.number + 1),
        depth=depth,
        last_seen=told.last_seen or now,
        taken_back=told.taken_back + moved,
    )
    if not inclusion.succeeded:
        return PursuitState.FAILED, told
    final = depth is Depth.FINAL
    return PursuitState.CONFIRMED if final else PursuitState.MINED, told


def _replaced(told: Told, wish: Wish, rival: Rival | None, branch: Branch) -> Told:
    at = told.replaced_at
    if rival is not None:
        at = rival.number
    elif at is None and branch.cursor is not None:
        at = branch.cursor.number
    depth = Depth.FRESH if at is None else _depth(at, branch)
    was_in = told.inclusion is not None
    return replace(
        told,
        inclusion=None,
        confirmations=0,
        depth=depth,
        replaced_at=at,
        replaced_by=rival.tx_hash if rival else told.replaced_by,
        replacement=_kind(wish, rival.wish) if rival else told.replacement,
        taken_back=told.taken_back + was_in,
    )


def _kind(wish: Wish, other: Wish) -> Replacement:
    same = (wish.target, wish.value, wish.call) == (other.target, other.value, other.call)
    if same:
        return Replacement.SPEED_UP
    if other.target == other.sender and other.value == 0 and not other.call:
        return Replacement.CANCEL
    return Replacement.OTHER


def _depth(number: int, branch: Branch) -> Depth:
    safe, finalized = branch.settled
    if finalized is not None and number <= finalized:
        return Depth.FINAL
    if safe is not None and number <= safe:
        return Depth.SAFE
    return Depth.FRESH


def _noticed(told: Told, now: datetime) -> Told:
    """A node knows it: noted now and then only, since every note is written down."""
    if told.last_seen is not None and now - told.last_seen < SEEN_NOTED_EVERY:
        return told
    return replace(told, last_seen=now)


def _end(
    state: PursuitState, told: Told, asked_at: datetime, now: datetime, *, looked: bool
) -> tuple[PursuitState, bool]:
    """The state that time makes of it, and whether it is the last."""
    settles = {PursuitState.CONFIRMED, PursuitState.FAILED, PursuitState.REPLACED}
    if state in settles and told.depth is Depth.FINAL:
        return state, True
    if now - asked_at >= EXPIRES_AFTER:
        return PursuitState.EXPIRED, True
    if state is PursuitState.SEARCHING and looked and now - asked_at >= UNKNOWN_AFTER:
        return PursuitState.UNKNOWN, True
    if state is PursuitState.PENDING and looked and told.last_seen is not None:
        gone = now - told.last_seen >= DROPPED_AFTER
        return (PursuitState.DROPPED, True) if gone else (state, False)
    return state, False


def _revised(before: Pursuit, after: Pursuit, now: datetime) -> Pursuit:
    """A new revision where there is something new to read; else without it."""
    quiet = replace(after.told, confirmations=0, last_seen=None)
    if (before.state, before.chain, replace(before.told, confirmations=0, last_seen=None)) != (
        after.state,
        after.chain,
        quiet,
    ) or after.has_ended:
        return replace(after, revision=before.revision + 1, changed_at=now)
    count, told_count = after.told.confirmations, before.told.confirmations
    further = bisect_right(MILESTONES, count) > bisect_right(MILESTONES, told_count)
    if further and now - before.changed_at >= EDIT_FOR_COUNT_EVERY:
        return replace(after, revision=before.revision + 1, changed_at=now)
    return replace(after, told=replace(after.told, confirmations=told_count))
