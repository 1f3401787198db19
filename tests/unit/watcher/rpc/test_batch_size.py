"""The largest batch that a node takes is learnt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.batch_size import TRIED_AGAIN_AFTER, BatchSize


@given(takes=st.integers(1, 200), wanted=st.integers(1, 1000))
def test_halving_finds_a_size_that_is_taken(takes: int, wanted: int) -> None:
    learnt = BatchSize()
    size = wanted
    while size > takes:
        learnt.refused(size)
        size = min(wanted, learnt.limit or wanted)

    assert size >= min(wanted, (takes + 1) // 2), "and not much smaller than need be"


def test_after_many_full_batches_a_larger_one_is_tried() -> None:
    learnt = BatchSize()
    learnt.refused(10)
    for _ in range(TRIED_AGAIN_AFTER):
        learnt.worked(3)
    assert learnt.limit == 5, "small ones prove nothing"

    for _ in range(TRIED_AGAIN_AFTER):
        learnt.worked(5)

    assert learnt.limit == 10


def test_nothing_is_learnt_from_what_works_without_a_limit() -> None:
    learnt = BatchSize()
    learnt.worked(100)

    assert learnt.limit is None
