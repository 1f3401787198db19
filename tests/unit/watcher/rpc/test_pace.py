"""What is usual for a node, and who is silent well beyond it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.options import PoolOptions
from watcher.rpc.pace import KINDS_KEPT, MEANS_SOMETHING_FROM, Pace, Paces, kind_of, patience

from .naughty import Clock

OPTIONS = PoolOptions()


def paced(seconds: float, times: int = 20) -> Pace:
    pace = Pace()
    for n in range(times):
        pace.answered(seconds, float(n))
    return pace


@given(st.lists(st.floats(0, 100), max_size=50), st.integers(1, 100))
def test_patience_has_a_floor_and_a_cap(answers: list[float], size: int) -> None:
    pace = Pace()
    for seconds in answers:
        pace.answered(seconds, 0.0)

    granted = patience(pace if answers else None, size, OPTIONS)

    assert OPTIONS.hedge_shortest <= granted
    assert granted <= OPTIONS.hedge_longest * (1 + (size - 1) / OPTIONS.hedge_batch)


def test_a_steady_node_is_waited_for_hardly_longer_than_it_takes() -> None:
    assert patience(paced(0.5), 1, OPTIONS) == pytest.approx(0.5, abs=0.05)


def test_silences_add_up_until_an_answer_comes() -> None:
    pace = paced(0.1)

    assert not pace.overtaken(100.0, 100.35, 0.25)
    assert pace.overtaken(101.0, 101.35, 0.25)
    assert pace.overtaken(102.0, 102.35, 0.25)
    pace.answered(0.1, 103.0)
    assert not pace.overtaken(104.0, 104.35, 0.25)


def test_calls_that_are_silent_at_the_same_time_count_once() -> None:
    pace = paced(0.1)

    assert not any(pace.overtaken(100.0, 100.35, 0.25) for _ in range(10))


def test_what_was_overtaken_makes_the_usual_longer() -> None:
    pace = paced(0.1)
    before = pace.mean

    pace.overtaken(100.0, 100.5, 0.25)

    assert pace.mean > before


def test_kinds_leave_out_numbers_and_are_told_apart_by_size() -> None:
    assert kind_of("block 17 (0xab12)", 1) == kind_of("block 18 (0xcd)", 1)
    assert kind_of("a batch of 20", 20) == kind_of("a batch of 17", 17)
    assert kind_of("a batch of 20", 20) != kind_of("a batch of 2", 2)


def test_only_so_many_kinds_are_kept_and_old_ones_mean_nothing(clock: Clock) -> None:
    paces = Paces(clock)
    for letter in range(3 * KINDS_KEPT):
        for _ in range(MEANS_SOMETHING_FROM):
            paces.of(kind_of("x" * letter, 1)).answered(0.1, clock())
    assert len(list(paces.means(60.0))) == KINDS_KEPT

    clock.seconds += 61.0

    assert list(paces.means(60.0)) == []


def test_who_never_answered_is_granted_no_more_than_at_first() -> None:
    pace = Pace()
    pace.overtaken(100.0, 109.0, 1.0)

    assert patience(pace, 1, OPTIONS) == OPTIONS.hedge_first


def test_too_few_calls_mean_nothing(clock: Clock) -> None:
    paces = Paces(clock)
    paces.of(kind_of("x", 1)).answered(0.1, clock())

    assert list(paces.means(60.0)) == []
