"""Budgets: read from a URL's fragment, never exceeded in any stretch of their time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from watcher.rpc.budget import Allowance, Budget, read_allowances

from .naughty import Clock


@pytest.mark.parametrize(
    ("text", "allowances"),
    [
        ("", ()),
        ("25/s", (Allowance(25, 1.0),)),
        ("300/min", (Allowance(300, 60.0),)),
        ("5/h", (Allowance(5, 3600.0),)),
        ("25/s; 100000/day", (Allowance(25, 1.0), Allowance(100_000, 86_400.0))),
    ],
)
def test_allowances_are_read(text: str, allowances: tuple[Allowance, ...]) -> None:
    assert read_allowances(text) == allowances


@pytest.mark.parametrize("text", ["25", "0/s", "-1/s", "25/week", "25/s;", "1.5/s", "²/s", "KEY/s"])
def test_what_is_no_budget_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="as in #25/s") as refusal:
        read_allowances(text)

    assert "KEY" not in str(refusal.value)


def test_a_node_without_a_budget_may_always_be_asked(clock: Clock) -> None:
    budget = Budget((), clock)
    budget.spend(10**9)

    assert budget.has_room(10**9)
    assert budget.wait(10**9) == 0.0
    assert budget.largest is None


def test_the_last_fifth_is_kept_and_then_it_waits(clock: Clock) -> None:
    budget = Budget(read_allowances("10/min"), clock)

    budget.spend(8)
    assert not budget.has_room(1)
    assert budget.wait(2) == 0.0
    budget.spend(2)

    assert 60.0 <= budget.wait(1) <= 60.0 * 1.06
    clock.seconds += budget.wait(1)
    assert budget.wait(10) == 0.0


def test_the_smallest_allowance_bounds_what_is_sent_at_once(clock: Clock) -> None:
    assert Budget(read_allowances("25/s;100/day"), clock).largest == 20
    assert Budget(read_allowances("1/s"), clock).largest == 1


@settings(max_examples=examples(200))
@given(
    limits=st.lists(
        st.builds(Allowance, st.integers(1, 30), st.sampled_from([1.0, 7.0, 60.0])),
        min_size=1,
        max_size=3,
    ),
    steps=st.lists(st.tuples(st.floats(0, 9), st.integers(1, 12)), max_size=60),
    begin=st.floats(0, 1e6),
)
def test_no_stretch_of_time_ever_sees_more_than_its_allowance(
    limits: list[Allowance], steps: list[tuple[float, int]], begin: float
) -> None:
    # given somebody who asks whenever the budget lets them, and waits as long as it says
    clock = Clock()
    clock.seconds = begin
    budget = Budget(limits, clock)
    assert budget.largest is not None
    sent: list[tuple[float, int]] = []
    for pause, wanted in steps:
        clock.seconds += pause
        calls = min(wanted, budget.largest)
        if wait := budget.wait(calls):
            assert not budget.has_room(calls)
            clock.seconds += wait
        assert budget.wait(calls) == 0.0, "it said how long"
        budget.spend(calls)
        sent.append((clock(), calls))

    # then from each call on, the time of an allowance sees no more than it allows
    for allowance in limits:
        for at, _ in sent:
            stretch = [n for t, n in sent if at <= t < at + allowance.seconds * 0.9999]
            assert sum(stretch) <= allowance.calls
