"""A node that hangs or is slower than usual is overtaken, and nobody is left running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from watcher.rpc.asking import Asking
from watcher.rpc.breaker import State
from watcher.rpc.errors import AllNodesFailed, CallReverted, UntrueAnswer
from watcher.rpc.events import CallOvertaken, NodeFaulted, RpcEvent
from watcher.rpc.pool import Pool
from watcher.rpc.snapshot import Standing
from watcher.rpc.wire import Call

from .virtual import HANG, Paced, in_virtual_time, object_error, pool_over, status, virtual

A, B, C = "https://a.example", "https://b.example", "https://c.example"


def now() -> float:
    return asyncio.get_running_loop().time()


async def timed(pool: Pool, method: str = "eth_getBlockByNumber", **more: Any) -> tuple[str, float]:
    begun = now()
    answer = await pool.call(method, **more)
    return answer.node, now() - begun


@virtual
async def test_a_primary_that_hangs_from_the_first_call_on_costs_at_most_two_seconds() -> None:
    # given nodes of which nothing is known, the first of which never answers
    hung, well = Paced(A, takes=HANG), Paced(B, takes=0.3)
    pool = pool_over(hung, well)

    # when the pool is asked again and again
    took = [await timed(pool) for _ in range(20)]

    # then each call is answered by the other within two seconds
    assert {node for node, _ in took} == {B}
    assert max(seconds for _, seconds in took) <= 2.0
    assert hung.in_flight == 0


@virtual
async def test_a_primary_that_begins_to_hang_is_overtaken_soon_and_then_left_alone() -> None:
    # given a primary that usually takes a tenth of a second
    primary, other = Paced(A, takes=0.1), Paced(B, takes=0.1)
    events: list[RpcEvent] = []
    pool = pool_over(primary, other, events=events)
    for _ in range(10):
        assert (await timed(pool))[0] == A
    assert other.seen == [], "nobody is asked twice while all is well"

    # when it hangs
    primary.takes = HANG
    took = [await timed(pool) for _ in range(20)]

    # then the first failover takes less than a second, and after a few it costs nothing any more
    assert took[0][1] < 0.6
    assert max(seconds for _, seconds in took) <= 2.0
    assert took[-1][1] == pytest.approx(0.1)
    assert any(isinstance(e, NodeFaulted) and e.kind == "Overtaken" for e in events)
    assert any(isinstance(e, CallOvertaken) and e.slower == (A,) for e in events)


@virtual
async def test_a_hung_node_opens_its_breaker_where_it_stays_the_first_to_be_asked() -> None:
    primary, other = Paced(A, takes=0.1), Paced(B, takes=0.1)
    pool = pool_over(primary, other)
    for _ in range(5):
        await timed(pool)
    primary.takes = HANG

    async def talk(asking: Asking) -> Any:
        return await asking.call("eth_getBlockByNumber")

    # when it is asked first whatever it does, because it alone is suited
    for _ in range(8):
        await pool.ask("a block", talk, rank=lambda name: 0 if name == A else 1)

    # then its breaker spares the delay
    assert pool.nodes[0].breaker is State.OPEN
    assert pool.nodes[0].history[-1].kind == "Overtaken"


@virtual
async def test_a_node_that_is_merely_slower_than_before_is_not_punished() -> None:
    # given a primary that takes three times as long from some day on
    primary, other = Paced(A, takes=0.1), Paced(B, takes=0.1)
    pool = pool_over(primary, other)
    for _ in range(10):
        await timed(pool)
    primary.takes = 0.35

    # when it is asked often
    took = [await timed(pool) for _ in range(40)]

    # then its breaker stays closed, and its new usual is learnt
    assert pool.nodes[0].breaker is State.CLOSED
    assert pool.nodes[0].faults <= 1
    assert took[-1] == (A, pytest.approx(0.35))
    assert len(other.seen) < 12


@virtual
async def test_a_hang_in_the_middle_of_an_exchange_is_overtaken_from_its_beginning() -> None:
    # given a primary that answers the first question of an exchange and hangs at the second
    primary, other = Paced(A), Paced(B)
    primary.slow["eth_getBlockReceipts"] = HANG
    pool = pool_over(primary, other)

    async def talk(asking: Asking) -> str:
        await asking.call("eth_getBlockByNumber")
        return str(await asking.call("eth_getBlockReceipts", type=str))

    # when the exchange is held
    begun = now()
    answer = await pool.ask("block 100", talk)

    # then both answers are the other's, within two seconds, and the hung call is gone
    assert (answer.node, answer.value) == (B, B)
    assert now() - begun <= 2.0
    assert other.seen == ["eth_chainId", "eth_getBlockByNumber", "eth_getBlockReceipts"]
    assert primary.in_flight == 0


@virtual
async def test_a_laggard_races_a_node_that_hangs() -> None:
    # given a node that was ejected because it lags, and one that begins to hang
    good, stuck = Paced(A, head=100), Paced(B, head=50)
    pool = pool_over(good, stuck)
    await pool.survey(within=3.0)
    assert pool.nodes[1].state is Standing.EJECTED
    good.takes = HANG

    begun = asyncio.get_running_loop().time()
    answer = await pool.call("eth_gasPrice")

    assert answer.node == B
    assert asyncio.get_running_loop().time() - begun <= 2.0
    assert good.in_flight == 0


@virtual
async def test_what_is_left_of_a_budget_races_a_node_that_hangs() -> None:
    # given a node of whose budget only the last fifth is left
    cheap, hung = Paced(A, takes=0.01), Paced(B, takes=0.01)
    pool = pool_over(cheap, hung, budgets={A: "10/h"})
    for _ in range(8):
        await pool.call("eth_gasPrice")
    hung.takes = HANG

    begun = asyncio.get_running_loop().time()
    answer = await pool.call("eth_gasPrice")

    assert answer.node == A
    assert asyncio.get_running_loop().time() - begun <= 2.0


@virtual
async def test_nobody_is_blamed_for_being_slower_than_a_laggard() -> None:
    # given an up-to-date node that takes its time, and a quick one that lags
    slow, stuck = Paced(A, head=100), Paced(B, head=50)
    slow.slow["eth_getBlockReceipts"] = 2.5
    pool = pool_over(slow, stuck)
    await pool.survey()
    assert pool.nodes[1].state is Standing.EJECTED

    for _ in range(20):
        await pool.call("eth_getBlockReceipts")

    assert pool.nodes[0].state is Standing.READY
    assert pool.nodes[0].faults == 0


@virtual
async def test_a_liar_does_not_race_a_node_that_is_slow() -> None:
    slow, liar = Paced(A, takes=5.0), Paced(B)
    pool = pool_over(slow, liar)
    pool.report(B, UntrueAnswer("it lied"))

    answer = await pool.call("eth_gasPrice")

    assert answer.node == A
    assert liar.seen == []


@virtual
async def test_one_further_node_at_a_time_is_asked_each_when_the_last_is_slow_in_turn() -> None:
    hung, slow, well = Paced(A, takes=HANG), Paced(B, takes=HANG), Paced(C)
    pool = pool_over(hung, slow, well, hedge_first=1.0)
    begun = now()

    answer = await pool.call("eth_gasPrice", type=str)

    assert answer.node == C
    assert [node.asked_at[0][0] - begun for node in (hung, slow, well)] == [0.0, 1.0, 2.0]


@virtual
async def test_a_failed_hedge_leaves_the_slow_one_running() -> None:
    slow, broken = Paced(A, takes=2.0), Paced(B, wrong=status(500))
    pool = pool_over(slow, broken)

    answer = await pool.call("eth_gasPrice", type=str)

    assert answer.node == A
    assert pool.nodes[1].faults == 1


@virtual
async def test_a_revert_from_either_ends_the_call() -> None:
    hung = Paced(A, takes=HANG)
    well = Paced(B)
    pool = pool_over(hung, well)
    await pool.survey(within=3.0)
    well.wrong = object_error(3, "execution reverted", data="0x08")

    with pytest.raises(CallReverted):
        await pool.call("eth_call", [{}, "latest"])

    assert hung.in_flight == 0


@virtual
async def test_no_hedge_goes_to_a_node_whose_gate_is_shut() -> None:
    # given a slow node, and one whose breaker is open
    slow, broken = Paced(A, takes=0.1), Paced(B, wrong=status(500))
    pool = pool_over(slow, broken, breaker_threshold=1)
    await pool.survey()
    seen = len(broken.seen)
    assert pool.nodes[1].breaker is State.OPEN

    # when the first is slower than ever
    slow.takes = 5.0
    node, seconds = await timed(pool)

    # then it is waited for
    assert (node, seconds) == (A, pytest.approx(5.0))
    assert len(broken.seen) == seen


@virtual
async def test_a_large_batch_is_granted_more_time_than_a_call() -> None:
    slow, other = Paced(A, takes=2.5), Paced(B)
    pool = pool_over(slow, other)
    await pool.survey()

    batch = await pool.batch([("eth_getBlockByNumber", [hex(n)]) for n in range(20)])

    assert batch.node == A
    assert other.batches == []


@virtual
async def test_a_cancelled_race_leaves_no_probe_and_nobody_running() -> None:
    # given a node that is half-open and hangs, raced by another that hangs as well
    first, second = Paced(A, wrong=status(500)), Paced(B, takes=HANG)
    pool = pool_over(first, second, breaker_threshold=1)
    await pool.survey(within=1.0)
    first.wrong, first.takes = (lambda _: None), HANG
    await asyncio.sleep(60.0)

    # when whoever asked gives up
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5.0):
            await pool.call("eth_gasPrice")

    # then the next call is the probe
    assert first.in_flight == second.in_flight == 0
    first.takes = 0.1
    assert (await timed(pool))[0] == A
    assert pool.nodes[0].breaker is State.CLOSED


@virtual
async def test_reasons_keep_no_answers_in_memory() -> None:
    pool = pool_over(Paced(A), Paced(B, wrong=status(500)))

    def accept(value: object) -> None:
        try:
            int(str(value))
        except ValueError:
            raise UntrueAnswer("no number") from None

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("eth_gasPrice", type=str, accept=accept, rounds=1)

    for reason in raised.value.reasons.values():
        assert reason.__traceback__ is reason.__context__ is reason.__cause__ is None


@virtual
async def test_a_fault_of_ours_in_a_race_is_raised_as_it_is() -> None:
    pool = pool_over(Paced(A), Paced(B))

    def breaks(_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await pool.call("eth_gasPrice", accept=breaks)


SPEEDS = st.sampled_from([0.05, 0.1, 0.3, 0.9, 3.0, 40.0, HANG])
MOODS = st.sampled_from(["well", "500", "429", "401", "lie", "header not found"])
WRONGS = {
    "well": lambda _: None,
    "lie": lambda _: None,
    "500": status(500),
    "429": status(429, Retry_After="3"),
    "401": status(401),
    "header not found": object_error(-32000, "header not found"),
}


async def ask_somehow(pool: Pool, what: str, accept: Callable[[Any], None]) -> None:
    async def talk(asking: Asking) -> Any:
        await asking.call("eth_getBlockByNumber")
        return await asking.batch([Call("x", ["0x1"])])

    with suppress(AllNodesFailed, TimeoutError):
        async with asyncio.timeout(1.7 if what == "cancelled" else None):
            match what:
                case "survey":
                    await pool.survey(within=3.0)
                case "batch":
                    await pool.batch([("x", ["0x1"]), ("y", ["0x2"])], within=60.0)
                case "exchange":
                    await pool.ask("something", talk, within=60.0)
                case _:
                    await pool.call("eth_gasPrice", type=str, accept=accept, within=60.0)


def assert_kept(budget: str, asked_at: list[tuple[float, int]]) -> None:
    for allowance in filter(None, budget.split(";")):
        calls, unit = allowance.split("/")
        length = {"s": 1.0, "min": 60.0}[unit]
        for begun, _ in asked_at:
            within = [n for at, n in asked_at if begun <= at < begun + length - 1e-6]
            assert sum(within) <= int(calls)


@settings(max_examples=examples(150), deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.lists(st.tuples(SPEEDS, MOODS), min_size=3, max_size=3),
            st.sampled_from(["call", "batch", "exchange", "survey", "cancelled"]),
            st.sampled_from([0.0, 1.0, 7.0, 31.0, 61.0, 601.0]),
        ),
        min_size=1,
        max_size=12,
    ),
    budget=st.sampled_from(["", "2/s", "10/min", "3/s;20/min"]),
)
def test_whatever_nodes_do_permits_are_settled_and_budgets_kept(
    steps: list[tuple[list[tuple[float, str]], str, float]], budget: str
) -> None:
    nodes = [Paced(A), Paced(B), Paced(C)]
    lying: set[str] = set()

    def accept(value: Any) -> None:
        if value in lying:
            raise UntrueAnswer("it lies")

    async def story() -> None:
        # given nodes that fail in all ways while they are asked three things at once
        pool = pool_over(*nodes, budgets={A: budget}, breaker_threshold=2, rounds=2)
        for moods, what, pause in steps:
            lying.clear()
            for node, (takes, mood) in zip(nodes, moods, strict=True):
                node.takes, node.wrong = takes, WRONGS[mood]  # type: ignore[assignment]
                lying.update([node.url] if mood == "lie" else [])
            async with asyncio.TaskGroup() as tasks:
                for _ in range(3):
                    tasks.create_task(ask_somehow(pool, what, accept))
            assert [node.in_flight for node in nodes] == [0, 0, 0]
            await asyncio.sleep(pause)
        # when all is well again and every time has passed
        for node in nodes:
            node.takes, node.wrong = 0.01, (lambda _: None)
        for _ in range(4):
            await asyncio.sleep(700.0)
            await pool.survey()
        await asyncio.sleep(70.0)
        # then every gate has opened by itself
        assert [node.state for node in pool.nodes] == [Standing.READY] * 3
        assert {node.breaker for node in pool.nodes} == {State.CLOSED}

    in_virtual_time(story())
    assert_kept(budget, nodes[0].asked_at)
