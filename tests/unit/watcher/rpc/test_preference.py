"""The order of nodes: who is clearly better comes first, and otherwise nothing moves."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.pace import Kind
from watcher.rpc.preference import (
    CLEAR,
    FAILURE,
    HALF_LIFE,
    PLACE,
    Failing,
    Merits,
    arranged,
    excesses,
    score,
)

SECONDS = st.floats(min_value=0, max_value=30)
SHARES = st.floats(min_value=0, max_value=1)
MERITS = st.builds(Merits, st.integers(0, 9), SECONDS, SHARES)
SCORES = st.lists(st.floats(min_value=0, max_value=10), min_size=1, max_size=6)
BLOCK, LOGS = Kind("block", 1), Kind("logs", 1)


@given(merits=MERITS, slower=SECONDS, worse=SHARES, later=st.integers(0, 9))
def test_nothing_that_is_worse_makes_a_node_better(
    merits: Merits, slower: float, worse: float, later: int
) -> None:
    other = Merits(merits.place + later, merits.excess + slower, min(1.0, merits.failing + worse))

    assert score(other) >= score(merits) >= 0


@given(scores=SCORES, data=st.data())
def test_whoever_stands_before_a_neighbour_is_not_clearly_worse(
    scores: list[float], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(scores))))
    by_name = dict(enumerate(scores))

    after = arranged(order, by_name)

    assert sorted(after) == sorted(order)
    assert all(by_name[a] <= by_name[b] + CLEAR for a, b in pairwise(after))
    assert arranged(after, by_name) == after, "it does not go on moving"


@given(data=st.data(), base=st.floats(min_value=0, max_value=10))
def test_differences_that_are_not_clear_move_nobody(data: st.DataObject, base: float) -> None:
    scores = data.draw(st.lists(st.floats(0, CLEAR * 0.99), min_size=1, max_size=6))
    order = data.draw(st.permutations(range(len(scores))))

    assert arranged(order, {n: base + s for n, s in enumerate(scores)}) == tuple(order)


@given(data=st.data(), count=st.integers(1, 6))
def test_nodes_that_are_equally_good_return_to_the_configured_order(
    data: st.DataObject, count: int
) -> None:
    order = data.draw(st.permutations(range(count)))

    after = arranged(order, {place: score(Merits(place)) for place in range(count)})

    assert after == tuple(range(count))


def test_a_slow_node_loses_its_place_later_than_it_has_it_again() -> None:
    def order(now: tuple[str, ...], excess: float) -> tuple[str, ...]:
        return arranged(now, {"a": score(Merits(0, excess)), "b": score(Merits(1))})

    assert order(("a", "b"), PLACE + CLEAR - 0.01) == ("a", "b")
    assert order(("a", "b"), PLACE + CLEAR + 0.01) == ("b", "a")
    assert order(("b", "a"), PLACE) == ("b", "a")
    assert order(("b", "a"), PLACE - CLEAR - 0.01) == ("a", "b")


def test_one_fault_costs_no_place_but_two_do() -> None:
    failing = Failing()
    failing.note(1.0, 0.0)
    once = failing.at(0.0) * FAILURE
    failing.note(1.0, 0.0)

    assert once < PLACE + CLEAR < failing.at(0.0) * FAILURE


def test_faults_are_forgotten_with_answers_and_with_time() -> None:
    failing = Failing()
    failing.note(1.0, 0.0)
    share = failing.at(0.0)

    assert failing.at(HALF_LIFE) == share / 2
    failing.note(0.0, HALF_LIFE)
    assert failing.at(HALF_LIFE) < share / 2
    failing.forget()
    assert failing.at(HALF_LIFE) == 0.0


def test_nodes_are_compared_by_the_kinds_of_call_that_both_know() -> None:
    means = {"a": {BLOCK: 0.9, LOGS: 0.1}, "b": {BLOCK: 0.2}, "c": {LOGS: 5.0}, "d": {}}

    assert excesses(means) == {"a": 0.7, "b": 0.0, "c": 4.9, "d": 0.0}
