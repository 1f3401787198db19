"""What becomes of a pursuit, whatever is seen in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.model import (
    BlockRef,
    Depth,
    Inclusion,
    Pursuit,
    PursuitState,
    Replacement,
    Settled,
    Wish,
)
from tests.effort import examples
from watcher.pursuits.course import (
    DROPPED_AFTER,
    EXPIRES_AFTER,
    MILESTONES,
    UNKNOWN_AFTER,
    onward,
)
from watcher.pursuits.sighting import Branch, Rival, Sighting

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WISH = Wish(b"\1" * 20, b"\2" * 20, 7, 10**18, 30 * 10**9, 10**9, "")
GONE = Sighting(next_nonce=7)
USED = Sighting(next_nonce=8)
WAITS = Sighting(WISH, next_nonce=7)
ENDS = {
    PursuitState.CONFIRMED,
    PursuitState.DROPPED,
    PursuitState.UNKNOWN,
    PursuitState.EXPIRED,
}


def asked(**more: object) -> Pursuit:
    made = Pursuit(1, 42, 0, 9, b"\7" * 32, None, NOW, NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def block(number: int, fork: int = 0) -> bytes:
    return (number * 10 + fork).to_bytes(32, "big")


def branch(head: int, *, fork: int = 0, fork_from: int = 10**9, settled: Settled) -> Branch:
    """A chain up to ``head`` of which everything is remembered."""
    hashes = {
        number: block(number, fork if number >= fork_from else 0) for number in range(head + 1)
    }
    ref = BlockRef("bsc", head, hashes[head], b"", NOW)
    return Branch(ref, settled, 0, hashes)


def at(head: int, safe: int | None = None, finalized: int | None = None) -> Branch:
    return branch(head, settled=Settled(safe, finalized))


def mined(number: int, fork: int = 0, *, succeeded: bool = True) -> Sighting:
    return Sighting(WISH, Inclusion(number, block(number, fork), succeeded, 21_000, 10**9))


def go(one: Pursuit, seen: Sighting | None, where: Branch, seconds: float = 0) -> Pursuit:
    return onward(one, seen, "bsc", where, NOW + timedelta(seconds=seconds))


def test_it_goes_from_searching_over_pending_and_mined_to_confirmed() -> None:
    one = go(asked(), Sighting(), at(100))
    assert (one.state, one.chain, one.revision) == (PursuitState.SEARCHING, None, 1)
    one = go(one, WAITS, at(100))
    assert (one.state, one.chain, one.revision) == (PursuitState.PENDING, "bsc", 2)
    one = go(one, mined(101), at(101))
    assert (one.state, one.told.confirmations, one.revision) == (PursuitState.MINED, 1, 3)
    one = go(one, mined(101), at(103, safe=101))
    assert (one.told.depth, one.told.confirmations) == (Depth.SAFE, 3)
    one = go(one, mined(101), at(110, safe=106, finalized=101))
    assert (one.state, one.has_ended) == (PursuitState.CONFIRMED, True)


def test_an_old_one_is_final_at_once() -> None:
    one = go(asked(), mined(5), at(100, 90, 80))
    assert (one.state, one.told.confirmations) == (PursuitState.CONFIRMED, 96)


def test_a_revert_is_told_at_once_and_ends_when_it_is_final() -> None:
    one = go(asked(), mined(100, succeeded=False), at(100))
    assert (one.state, one.has_ended) == (PursuitState.FAILED, False)
    assert go(one, mined(100, succeeded=False), at(101, 100, 100)).has_ended


def test_a_used_nonce_means_replaced_but_not_while_a_node_still_has_it_waiting() -> None:
    one = go(asked(), WAITS, at(100))
    behind = replace(WAITS, next_nonce=8)
    assert go(one, behind, at(100)).state is PursuitState.PENDING

    one = go(one, USED, at(100))
    assert (one.state, one.told.replaced_at) == (PursuitState.REPLACED, 100)
    assert not one.has_ended
    assert go(one, USED, at(120, 110, 100)).has_ended


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (replace(WISH, fee=WISH.fee * 2), Replacement.SPEED_UP),
        (replace(WISH, target=WISH.sender, value=0), Replacement.CANCEL),
        (replace(WISH, value=1), Replacement.OTHER),
        (replace(WISH, call="ab"), Replacement.OTHER),
    ],
)
def test_what_took_its_place_is_named(other: Wish, kind: Replacement) -> None:
    one = go(asked(), WAITS, at(100))
    one = go(one, replace(USED, rival=Rival(b"\3" * 32, 99, other)), at(100))
    assert (one.told.replacement, one.told.replaced_at) == (kind, 99)
    # and stays so when nobody finds it again
    assert go(one, USED, at(101)).told.replaced_by == b"\3" * 32


def test_a_reorg_takes_it_back_and_says_so() -> None:
    one = go(asked(), mined(100), at(100))
    one = go(one, WAITS, at(101))
    assert (one.state, one.told.taken_back) == (PursuitState.PENDING, 1)
    one = go(one, mined(102), at(102))
    assert (one.state, one.told.taken_back) == (PursuitState.MINED, 1)
    moved = go(one, mined(102, fork=1), branch(103, fork=1, fork_from=102, settled=Settled(0, 0)))
    assert (moved.state, moved.told.taken_back) == (PursuitState.MINED, 2)


def test_a_reorg_may_take_a_replacement_back() -> None:
    one = go(go(asked(), WAITS, at(100)), USED, at(100))
    one = go(one, GONE, at(101))
    assert (one.state, one.told.replaced_at) == (PursuitState.PENDING, None)


def test_it_is_dropped_when_nobody_has_known_it_for_long() -> None:
    one = go(asked(), WAITS, at(100))
    soon = DROPPED_AFTER.total_seconds() - 1
    assert go(one, GONE, at(100), soon).state is PursuitState.PENDING
    assert go(one, None, at(100), soon + 2).state is PursuitState.PENDING  # nobody could tell
    dropped = go(one, GONE, at(100), soon + 2)
    assert (dropped.state, dropped.has_ended) == (PursuitState.DROPPED, True)
    # somebody who knew it meanwhile puts it off
    later = go(one, WAITS, at(100), soon)
    assert later.revision == one.revision
    assert go(later, GONE, at(100), soon + 2).state is PursuitState.PENDING


def test_what_no_chain_shows_is_unknown_after_a_while() -> None:
    late = UNKNOWN_AFTER.total_seconds()
    assert go(asked(), Sighting(), at(100), late - 1).state is PursuitState.SEARCHING
    assert go(asked(), None, at(100), late).state is PursuitState.SEARCHING
    assert go(asked(), Sighting(), at(100), late).state is PursuitState.UNKNOWN


def test_nothing_is_followed_for_ever() -> None:
    day = EXPIRES_AFTER.total_seconds()
    assert go(go(asked(), mined(100), at(100)), None, at(100), day).has_ended
    assert go(asked(), None, at(100), day).state is PursuitState.EXPIRED


def test_confirmations_alone_are_told_ever_more_rarely() -> None:
    one = go(asked(), mined(100), at(100))
    told = []
    for head in range(101, 300):
        later = go(one, mined(100), at(head), seconds=12 * (head - 100))
        if later.revision > one.revision:
            told.append(later.told.confirmations)
        one = later
    assert told == [count for count in MILESTONES if 1 < count <= 200]


def test_confirmations_are_not_told_faster_than_anybody_reads() -> None:
    one = go(asked(), mined(100), at(100))
    assert go(one, mined(100), at(102), seconds=1).revision == one.revision
    assert go(one, mined(100), at(102), seconds=6).revision == one.revision + 1


def test_a_block_beyond_the_cursor_is_believed_but_never_final() -> None:
    one = go(asked(), mined(105), at(100, 100, 100))
    assert (one.state, one.told.depth) == (PursuitState.MINED, Depth.FRESH)


sightings = st.one_of(
    st.none(),
    st.sampled_from([Sighting(), GONE, USED, WAITS]),
    st.builds(mined, st.integers(90, 110), st.integers(0, 2), succeeded=st.booleans()),
    st.just(replace(USED, rival=Rival(b"\3" * 32, 99, WISH))),
)


@settings(max_examples=examples(200))
@given(st.lists(st.tuples(sightings, st.integers(0, 20_000), st.integers(0, 3)), max_size=30))
def test_no_order_of_sightings_leaves_an_end(steps: list[tuple[Sighting | None, int, int]]) -> None:
    one, passed, head = asked(), 0.0, 100
    for seen, seconds, blocks in steps:
        passed, head = passed + seconds, head + blocks
        where = at(head, head - 3, head - 6)
        after = go(one, seen, where, passed)

        # an end is an end, and whatever is not final is none but for time
        if one.has_ended:
            assert after == one
        if after.state in ENDS:
            assert after.has_ended
        if after.has_ended and after.state not in ENDS:
            assert after.told.depth is Depth.FINAL
        # what is read changes only with the revision, and it never goes back
        assert after.revision in {one.revision, one.revision + 1}
        if after.revision == one.revision:
            assert (after.state, after.chain) == (one.state, one.chain)
            assert after.told.inclusion == one.told.inclusion
        # one who is in a block is so in one only, and is not replaced
        if after.told.inclusion is not None:
            assert after.told.replaced_at is None
            assert after.state in {
                PursuitState.MINED,
                PursuitState.CONFIRMED,
                PursuitState.FAILED,
                PursuitState.EXPIRED,
            }
        assert after.told.taken_back >= one.told.taken_back
        # once found on a chain, it is that chain's
        assert one.chain is None or after.chain == one.chain
        # the same look again changes nothing
        assert go(after, seen, where, passed).revision == after.revision
        one = after
