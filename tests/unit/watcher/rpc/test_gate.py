"""A node's gate: shut after faults, rate limits and refusals, and open again by itself."""

from __future__ import annotations

from contextlib import suppress

import pytest

from watcher.rpc.attempt import Entry
from watcher.rpc.breaker import State
from watcher.rpc.errors import (
    BlockUnavailable,
    CallReverted,
    NodeRefused,
    NotAsked,
    RateLimited,
    RpcError,
    TimedOut,
    UntrueAnswer,
    WrongChain,
)
from watcher.rpc.events import (
    BreakerMoved,
    NodeEjected,
    NodeFaulted,
    NodeLimited,
    NodeQuarantined,
    NodeRecovered,
    RpcEvent,
)
from watcher.rpc.gate import Gate
from watcher.rpc.options import PoolOptions
from watcher.rpc.snapshot import Standing

from .naughty import Clock

OPTIONS = PoolOptions(breaker_threshold=2)


@pytest.fixture
def gate(clock: Clock, events: list[RpcEvent]) -> Gate:
    return Gate("ethereum", "https://node.example", OPTIONS, clock, events.append)


def standing(gate: Gate) -> Standing:
    return gate.standing


def end(gate: Gate, error: RpcError | None = None) -> None:
    gate.settle(gate.enter(), error)


def test_faults_open_the_breaker_and_a_good_probe_closes_it(
    gate: Gate, clock: Clock, events: list[RpcEvent]
) -> None:
    # given two faults in a row
    end(gate, TimedOut("late"))
    end(gate, TimedOut("late"))
    assert standing(gate) is Standing.OPEN
    with pytest.raises(NotAsked, match="breaker open for another 60 s"):
        gate.enter()

    # when the breaker's time has passed and a probe is answered
    clock.seconds += 60
    probe = gate.enter()
    with pytest.raises(NotAsked, match="being probed"):
        gate.enter()
    gate.settle(probe)

    # then all of it was told
    assert standing(gate) is Standing.READY
    node = ("ethereum", "https://node.example")
    assert events == [
        NodeFaulted(*node, "TimedOut", "late"),
        NodeFaulted(*node, "TimedOut", "late"),
        BreakerMoved(*node, State.CLOSED, State.OPEN, "2 faults in a row"),
        BreakerMoved(*node, State.OPEN, State.HALF_OPEN, "time for a probe"),
        BreakerMoved(*node, State.HALF_OPEN, State.CLOSED, "the probe succeeded"),
        NodeRecovered(*node),
    ]


@pytest.mark.parametrize(
    "error", [CallReverted("no"), BlockUnavailable("not yet"), RateLimited("slow", 0.0)]
)
def test_what_is_no_fault_never_opens_the_breaker(gate: Gate, error: RpcError) -> None:
    for _ in range(10):
        end(gate, error)

    assert gate.breaker is State.CLOSED


def test_a_rate_limit_in_between_does_not_wipe_faults_out(gate: Gate) -> None:
    end(gate, TimedOut("late"))
    end(gate, RateLimited("slow", 0.0))
    end(gate, TimedOut("late"))

    assert gate.breaker is State.OPEN


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(7.0, 7.0), (None, OPTIONS.rate_limit_wait), (1e9, OPTIONS.longest_wait), (0.0, 0.0)],
)
def test_a_rate_limit_shuts_the_gate_for_its_time(
    gate: Gate, events: list[RpcEvent], said: float | None, seconds: float
) -> None:
    end(gate, RateLimited("slow", said))

    assert gate.waits_for == seconds
    assert events == [NodeLimited("ethereum", "https://node.example", seconds, "slow")]
    if seconds:
        with pytest.raises(NotAsked, match="rate limited for another"):
            gate.enter()


def test_a_shorter_wait_does_not_cut_a_longer_one(gate: Gate) -> None:
    first, second = gate.enter(), gate.enter()

    gate.settle(first, RateLimited("slow", 30.0))
    gate.settle(second, RateLimited("slow", 1.0))

    assert gate.waits_for == 30.0


def test_a_refusal_quarantines_until_a_probe_is_answered(
    gate: Gate, clock: Clock, events: list[RpcEvent]
) -> None:
    # given a node that refused us
    end(gate, NodeRefused("HTTP 401"))
    assert standing(gate) is Standing.QUARANTINED
    assert gate.quarantined == "HTTP 401"
    with pytest.raises(NotAsked, match="quarantined: HTTP 401"):
        gate.enter()

    # when its time has passed
    clock.seconds += OPTIONS.quarantine_for
    probe = gate.enter()

    # then one may try, and its answer opens the gate
    with pytest.raises(NotAsked, match="quarantined"):
        gate.enter()
    gate.settle(probe)
    assert standing(gate) is Standing.READY
    assert [type(event) for event in events] == [NodeQuarantined, NodeRecovered]


def test_the_operator_is_told_once_for_each_reason(
    gate: Gate, clock: Clock, events: list[RpcEvent]
) -> None:
    for error in (NodeRefused("401"), NodeRefused("401"), WrongChain("chain 5")):
        end(gate, error)
        clock.seconds += OPTIONS.quarantine_for

    assert [event.reason for event in events if isinstance(event, NodeQuarantined)] == [
        "401",
        "chain 5",
    ]


def test_an_answer_from_before_the_quarantine_does_not_end_it(gate: Gate) -> None:
    early, late = gate.enter(), gate.enter()

    gate.settle(late, NodeRefused("HTTP 401"))
    gate.settle(early)

    assert standing(gate) is Standing.QUARANTINED


def test_a_probe_that_says_nothing_leaves_the_node_in_quarantine(gate: Gate, clock: Clock) -> None:
    end(gate, NodeRefused("HTTP 401"))
    clock.seconds += OPTIONS.quarantine_for

    gate.abandon(gate.enter())

    assert standing(gate) is Standing.QUARANTINED
    clock.seconds += OPTIONS.quarantine_for
    gate.settle(gate.enter())
    assert standing(gate) is Standing.READY


LIE = UntrueAnswer("empty logs under a full bloom")


def test_a_single_lie_ejects_until_a_probe_is_answered(
    gate: Gate, clock: Clock, events: list[RpcEvent]
) -> None:
    # given a node that answers promptly, and was found to have lied
    end(gate)
    gate.report(LIE)
    assert standing(gate) is Standing.EJECTED
    assert gate.reason == LIE.text
    with pytest.raises(NotAsked, match="ejected: empty logs") as shut:
        gate.enter()
    assert shut.value.spare

    # when its time has passed
    clock.seconds += OPTIONS.eject_for
    probe = gate.enter()

    # then its next answer alone readmits it
    assert standing(gate) is Standing.EJECTED
    gate.settle(probe)
    assert standing(gate) is Standing.READY
    assert [type(event) for event in events] == [NodeFaulted, NodeEjected, NodeRecovered]


def test_every_further_lie_doubles_the_time_up_to_the_longest(gate: Gate, clock: Clock) -> None:
    times = []
    for _ in range(7):
        gate.report(LIE)
        begun = clock()
        while standing(gate) is Standing.EJECTED:
            clock.seconds += OPTIONS.eject_for
            with suppress(NotAsked):
                end(gate)
        times.append(clock() - begun)

    assert times == [30, 60, 120, 240, 480, 600, 600]


def test_an_ejected_node_may_be_asked_when_all_others_have_failed(gate: Gate) -> None:
    gate.report(LIE)

    gate.settle(gate.enter(Entry.LAST))

    assert standing(gate) is Standing.EJECTED, "an answer before its time says nothing"


def test_a_quarantined_node_is_not_asked_even_then(gate: Gate) -> None:
    end(gate, NodeRefused("HTTP 401"))
    gate.report(LIE)

    with pytest.raises(NotAsked, match="quarantined: HTTP 401") as shut:
        gate.enter(Entry.LAST)
    assert not shut.value.spare


def test_where_no_node_is_left_a_quarantine_is_over_when_a_breaker_would_be(
    gate: Gate, clock: Clock, events: list[RpcEvent]
) -> None:
    end(gate, NodeRefused("HTTP 401"))
    clock.seconds += OPTIONS.breaker_open_for - 1
    gate.hasten()
    with pytest.raises(NotAsked, match="quarantined: HTTP 401"):
        gate.enter(Entry.LAST)

    for _ in range(3):
        gate.hasten()
    clock.seconds += 1
    probe = gate.enter(Entry.LAST)
    gate.settle(probe, NodeRefused("HTTP 401"))
    with pytest.raises(NotAsked, match="quarantined: HTTP 401"):
        gate.enter(Entry.LAST)

    assert events == [NodeQuarantined("ethereum", "https://node.example", "HTTP 401")]


def test_a_laggard_is_asked_for_its_head_and_comes_back_when_it_has_caught_up(
    gate: Gate, clock: Clock
) -> None:
    gate.lag("20 blocks behind")
    clock.seconds += 10**6
    with pytest.raises(NotAsked, match="ejected: 20 blocks behind"):
        gate.enter()

    gate.settle(gate.enter(Entry.SURVEY))
    assert standing(gate) is Standing.EJECTED, "that it answers is not enough"
    gate.caught_up()

    assert standing(gate) is Standing.READY


def test_a_laggard_that_lies_is_a_liar(gate: Gate) -> None:
    gate.lag("20 blocks behind")
    gate.report(LIE)

    gate.caught_up()

    assert gate.reason == LIE.text


def test_a_lone_node_is_never_ejected(clock: Clock, events: list[RpcEvent]) -> None:
    gate = Gate("ethereum", "https://node.example", OPTIONS, clock, events.append, lone=True)

    gate.lag("20 blocks behind")
    gate.go_backwards("again")
    gate.report(LIE)
    assert standing(gate) is Standing.READY

    gate.report(LIE)
    assert standing(gate) is Standing.OPEN, "a lie counts as a fault nevertheless"


def test_a_reported_wrong_chain_quarantines(gate: Gate) -> None:
    gate.report(WrongChain("chain 5"))

    assert gate.quarantined == "chain 5"
