"""The gate under anything that can happen to a node: it shuts, probes, and opens again."""

from __future__ import annotations

from contextlib import suppress

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
from watcher.rpc.attempt import Entry
from watcher.rpc.breaker import Permit, State
from watcher.rpc.errors import (
    BlockUnavailable,
    NodeRefused,
    NotAsked,
    Overtaken,
    RateLimited,
    RequestTooLarge,
    RpcError,
    TimedOut,
    UntrueAnswer,
)
from watcher.rpc.events import NodeEjected, NodeQuarantined, NodeRecovered, RpcEvent
from watcher.rpc.gate import Gate
from watcher.rpc.options import PoolOptions
from watcher.rpc.snapshot import Standing

from .naughty import Clock

OPTIONS = PoolOptions(breaker_threshold=2)
LONGEST = 2 * max(OPTIONS.eject_longest, OPTIONS.quarantine_for, OPTIONS.longest_wait)
OUTCOMES = st.sampled_from(
    [
        None,
        BlockUnavailable("not yet"),
        RequestTooLarge("less"),
        RateLimited("slow", 3.0),
        TimedOut("late"),
        Overtaken("silent"),
        UntrueAnswer("a lie"),
        NodeRefused("HTTP 401"),
    ]
)


class GateMachine(RuleBasedStateMachine):
    """Calls overlap and end in any order, are cancelled, and lies are found out later."""

    permits = Bundle("permits")

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.events: list[RpcEvent] = []
        self.gate = Gate("ethereum", "a", OPTIONS, self.clock, self.events.append)
        self.probes: set[Permit] = set()

    @rule(seconds=st.sampled_from([0.5, 3.0, 30.0, 60.0, 600.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.seconds += seconds

    @rule(target=permits, entry=st.sampled_from(Entry))
    def enter(self, entry: Entry) -> object:
        ready = self.gate.standing is Standing.READY
        permit, spare = self.try_to_enter(entry)
        if permit is None:
            assert not ready
            assert not (spare and entry is Entry.LAST), "who may be asked at last is let in"
            return multiple()
        if self.gate.breaker is State.HALF_OPEN:
            assert not self.probes, "one probe at a time"
            self.probes = {permit}
        return permit

    def try_to_enter(self, entry: Entry) -> tuple[Permit | None, bool]:
        try:
            return self.gate.enter(entry), False
        except NotAsked as shut:
            return None, shut.spare

    @rule(permit=consumes(permits), error=OUTCOMES)
    def settle(self, permit: Permit, error: RpcError | None) -> None:
        self.gate.settle(permit, error)
        self.probes.discard(permit)

    @rule(permit=consumes(permits))
    def abandon(self, permit: Permit) -> None:
        self.gate.abandon(permit)
        self.probes.discard(permit)

    @rule()
    def lie(self) -> None:
        self.gate.report(UntrueAnswer("a lie"))
        assert self.gate.standing in (Standing.EJECTED, Standing.QUARANTINED)

    @rule()
    def lag(self) -> None:
        self.gate.lag("behind")
        assert self.gate.standing in (Standing.EJECTED, Standing.QUARANTINED)

    @rule()
    def catch_up(self) -> None:
        self.gate.caught_up()
        assert not self.gate.lagging

    @rule()
    def hasten(self) -> None:
        self.gate.hasten()

    @invariant()
    def only_a_half_open_breaker_has_probes(self) -> None:
        if self.gate.breaker is not State.HALF_OPEN:
            self.probes = set()

    @invariant()
    def what_is_set_aside_was_told(self) -> None:
        told = [
            type(event)
            for event in self.events
            if isinstance(event, NodeEjected | NodeQuarantined | NodeRecovered)
        ]
        if self.gate.reason is not None:
            assert told
            assert told[-1] is not NodeRecovered

    def teardown(self) -> None:
        # whatever was, with time and good answers it opens; but for what is still on its way
        if not hasattr(self, "gate"):
            return
        self.gate.caught_up()
        for probe in self.probes:
            self.gate.abandon(probe)
        for _ in range(3):
            self.clock.seconds += LONGEST
            with suppress(NotAsked):
                self.gate.settle(self.gate.enter())
        assert self.gate.standing is Standing.READY


TestGateAgainstWhatever = GateMachine.TestCase
TestGateAgainstWhatever.settings = settings(max_examples=examples(150), stateful_step_count=40)
