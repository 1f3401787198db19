"""The breaker against a model, in virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from tests.effort import examples
from watcher.rpc.breaker import Breaker, Permit, State, Transition

from .naughty import Clock

THRESHOLD = 3
OPEN_FOR = 60.0


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(THRESHOLD, OPEN_FOR, clock)
    for _ in range(THRESHOLD):
        permit = breaker.enter()
        assert permit is not None
        breaker.failed(permit)
    return breaker


def test_it_opens_after_consecutive_faults_and_closes_after_one_good_probe(clock: Clock) -> None:
    # given a breaker that has opened
    breaker = opened(clock)
    assert breaker.enter() is None

    # when its time has passed and the probe succeeds
    clock.seconds += OPEN_FOR
    probe = breaker.enter()
    assert probe is not None
    assert breaker.enter() is None, "only one probe at a time"
    breaker.succeeded(probe)

    # then it is closed, and its story was recorded
    assert breaker.enter() is not None
    assert breaker.drain() == [
        Transition(State.CLOSED, State.OPEN, 1000.0, "3 faults in a row"),
        Transition(State.OPEN, State.HALF_OPEN, 1060.0, "time for a probe"),
        Transition(State.HALF_OPEN, State.CLOSED, 1060.0, "the probe succeeded"),
    ]
    assert breaker.drain() == []


def test_a_failed_probe_opens_it_for_the_whole_time_again(clock: Clock) -> None:
    breaker = opened(clock)
    clock.seconds += OPEN_FOR + 5
    probe = breaker.enter()
    assert probe is not None

    breaker.failed(probe)

    assert breaker.state is State.OPEN
    assert breaker.opens_in == OPEN_FOR


def test_an_abandoned_probe_makes_room_for_another(clock: Clock) -> None:
    breaker = opened(clock)
    clock.seconds += OPEN_FOR
    probe = breaker.enter()
    assert probe is not None

    breaker.abandoned(probe)

    assert breaker.state is State.HALF_OPEN
    assert breaker.enter() is not None


def test_an_answer_from_before_it_opened_does_not_close_it(clock: Clock) -> None:
    # given a call that is on its way while the breaker opens and becomes half-open
    breaker = Breaker(THRESHOLD, OPEN_FOR, clock)
    early = breaker.enter()
    assert early is not None
    for _ in range(THRESHOLD):
        permit = breaker.enter()
        assert permit is not None
        breaker.failed(permit)
    clock.seconds += OPEN_FOR
    assert breaker.enter() is not None

    # when it is answered at last
    breaker.succeeded(early)

    # then the probe alone decides
    assert breaker.state is State.HALF_OPEN


def test_a_fault_from_before_it_opened_does_not_count_after_it_closed(clock: Clock) -> None:
    # given calls that are on their way while the breaker opens, is probed and closes again
    breaker = Breaker(THRESHOLD, OPEN_FOR, clock)
    early = [permit for permit in (breaker.enter() for _ in range(2 * THRESHOLD)) if permit]
    for permit in early[:THRESHOLD]:
        breaker.failed(permit)
    clock.seconds += OPEN_FOR
    probe = breaker.enter()
    assert probe is not None
    breaker.succeeded(probe)

    # when they fail at last
    for permit in early[THRESHOLD:]:
        breaker.failed(permit)

    # then that is an old story
    assert breaker.state is State.CLOSED


def test_reported_faults_open_it_in_spite_of_successes(clock: Clock) -> None:
    breaker = Breaker(THRESHOLD, OPEN_FOR, clock)

    for _ in range(THRESHOLD):
        permit = breaker.enter()
        assert permit is not None
        breaker.succeeded(permit)
        breaker.reported()

    assert breaker.state is State.OPEN


def test_a_threshold_below_one_is_refused(clock: Clock) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Breaker(0, OPEN_FOR, clock)


class BreakerMachine(RuleBasedStateMachine):
    """Calls overlap, end in any order, and are reported; the model is written without permits."""

    permits = Bundle("permits")

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.breaker = Breaker(THRESHOLD, OPEN_FOR, self.clock)
        self.state = State.CLOSED
        self.in_a_row = 0
        self.reports = 0
        self.opened_at = 0.0
        self.valid: set[Permit] = set()  # those whose outcome counts
        self.moves = 0

    def move(self, state: State) -> None:
        self.state = state
        self.in_a_row = self.reports = 0
        self.valid = set()
        self.moves += 1
        if state is State.OPEN:
            self.opened_at = self.clock()

    @rule(seconds=st.sampled_from([0.5, 20.0, 59.5, 60.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.seconds += seconds

    @rule(target=permits)
    def enter(self) -> object:
        permit = self.breaker.enter()
        if self.state is State.OPEN and self.clock() >= self.opened_at + OPEN_FOR:
            self.move(State.HALF_OPEN)
        allowed = self.state is State.CLOSED or (self.state is State.HALF_OPEN and not self.valid)
        assert (permit is not None) == allowed
        if permit is None:
            return multiple()
        self.valid.add(permit)
        return permit

    @rule(permit=consumes(permits))
    def succeed(self, permit: Permit) -> None:
        self.breaker.succeeded(permit)
        if permit in self.valid:
            self.valid.discard(permit)
            self.in_a_row = 0
            if self.state is State.HALF_OPEN:
                self.move(State.CLOSED)

    @rule(permit=consumes(permits))
    def fail(self, permit: Permit) -> None:
        self.breaker.failed(permit)
        if permit in self.valid:
            self.valid.discard(permit)
            self.in_a_row += 1
            if self.state is State.HALF_OPEN or self.in_a_row >= THRESHOLD:
                self.move(State.OPEN)

    @rule(permit=consumes(permits))
    def abandon(self, permit: Permit) -> None:
        self.breaker.abandoned(permit)
        self.valid.discard(permit)

    @rule()
    def report(self) -> None:
        self.breaker.reported()
        if self.state is State.CLOSED:
            self.reports += 1
        if self.state is State.HALF_OPEN or self.reports >= THRESHOLD:
            self.move(State.OPEN)

    @invariant()
    def agrees(self) -> None:
        assert self.breaker.state is self.state
        left = max(0.0, self.opened_at + OPEN_FOR - self.clock())
        assert self.breaker.opens_in == (left if self.state is State.OPEN else 0.0)

    @rule()
    def drain(self) -> None:
        transitions = self.breaker.drain()
        assert len(transitions) == min(self.moves, 64)
        self.moves = 0
        for before, after in pairwise(transitions):
            assert before.after is after.before
            assert before.at <= after.at
        if transitions:
            assert transitions[-1].after is self.state


TestBreakerAgainstItsModel = BreakerMachine.TestCase
TestBreakerAgainstItsModel.settings = settings(max_examples=examples(200), stateful_step_count=60)
