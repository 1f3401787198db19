"""Who lags and who goes backwards, told from heights alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.lag import (
    BACKWARD_AFTER,
    BACKWARD_TIMES,
    BACKWARD_WITHIN,
    Backward,
    laggards,
    tolerated,
)

HEADS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 200), max_size=6)


def test_a_node_far_behind_the_other_lags() -> None:
    assert laggards({"a": 80, "b": 100}, (), 3) == {"a": 20}
    assert laggards({"a": 97, "b": 100}, (), 3) == {}


def test_a_single_one_far_ahead_makes_nobody_a_laggard() -> None:
    assert laggards({"liar": 10**9, "a": 100, "b": 99}, (), 3) == {}


def test_a_laggard_must_come_nearer_than_it_was_allowed_to_be() -> None:
    assert laggards({"a": 97, "b": 100}, {"a"}, 3) == {"a": 3}
    assert laggards({"a": 99, "b": 100}, {"a"}, 3) == {}


@given(heads=HEADS, tolerance=st.integers(0, 50), data=st.data())
def test_the_best_never_lags_and_so_somebody_is_left(
    heads: dict[str, int], tolerance: int, data: st.DataObject
) -> None:
    behind = data.draw(st.sets(st.sampled_from("abcdef")))

    late = laggards(heads, behind, tolerance)

    assert len(late) < max(1, len(heads))
    assert all(heads[name] < max(heads.values()) for name in late)


def test_what_is_tolerated_are_blocks_of_so_many_seconds() -> None:
    assert tolerated(5.0, 12.0) == 3
    assert tolerated(5.0, 0.2) == 25


def seen(backward: Backward, *heads: int, every: float = 1.0) -> list[bool]:
    return [backward.saw(head, n * every, n * every) for n, head in enumerate(heads)]


def test_a_balancer_that_alternates_between_two_heads_goes_backwards() -> None:
    told = seen(Backward(), *[100, 98] * (BACKWARD_TIMES + 2))

    assert told.count(True) == 1


def test_now_and_then_a_step_back_is_none_of_it() -> None:
    told = seen(Backward(), *[100, 98] * BACKWARD_TIMES, every=BACKWARD_WITHIN / 2)

    assert True not in told


def test_a_balancer_whose_nodes_are_nearly_as_far_is_none_of_it() -> None:
    # given a chain of five blocks a second, and a node that is two seconds behind another
    told = seen(Backward(), *[n - 10 * (n % 2) for n in range(100, 1000)], every=0.2)

    assert True not in told


def test_an_answer_that_was_asked_for_earlier_is_no_fall() -> None:
    backward = Backward()
    for n in range(20):
        at = n * BACKWARD_AFTER
        backward.saw(100 + n, asked_at=at, now=at + 0.1)
        assert not backward.saw(99 + n, asked_at=at, now=at + 0.2)


def test_a_node_that_fell_for_good_is_told_of_once() -> None:
    told = seen(Backward(), 100, *[50] * 50)

    assert told.count(True) == 1
