"""Which node a pool asks: the preferred, not the ejected, within budgets; in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from watcher.rpc.asking import Asking
from watcher.rpc.errors import AllNodesFailed, NotAsked, UntrueAnswer
from watcher.rpc.events import NodeEjected, NodeQuarantined, NodeRecovered, RpcEvent
from watcher.rpc.pool import Pool
from watcher.rpc.purpose import CallCounts, Purpose
from watcher.rpc.snapshot import Standing
from watcher.rpc.transport import HttpAnswer
from watcher.rpc.wire import Call

from .virtual import HANG, Paced, object_error, ok, pool_over, status, virtual

A, B, C = "https://a.example", "https://b.example", "https://c.example"


async def answered_by(pool: Pool, times: int = 1) -> list[str]:
    return [(await pool.call("eth_getBlockByNumber")).node for _ in range(times)]


async def surveyed(pool: Pool, every: float = 15.0, times: int = 1) -> None:
    for _ in range(times):
        await asyncio.sleep(every)
        await pool.survey(within=3.0)


# --- preference


@virtual
async def test_a_node_that_fails_now_and_then_is_asked_later_and_comes_back() -> None:
    # given a primary that fails every second call, which opens no breaker
    primary, other = Paced(A), Paced(B)
    pool = pool_over(primary, other)
    for n in range(8):
        primary.wrong = status(500) if n % 2 else (lambda _: None)
        await pool.call("eth_getBlockByNumber")

    # when it is well again
    primary.wrong = lambda _: None
    during = await answered_by(pool, 3)
    assert pool.nodes[0].rank == 1
    await surveyed(pool, times=20)

    # then it was passed over for a while, and is the first again
    assert during == [B, B, B]
    assert await answered_by(pool) == [A]
    assert pool.nodes[0].rank == 0


@virtual
async def test_a_primary_much_slower_than_the_next_loses_its_place() -> None:
    primary, other = Paced(A, takes=0.9), Paced(B, takes=0.1)
    pool = pool_over(primary, other)

    await surveyed(pool, times=6)

    assert await answered_by(pool, 5) == [B] * 5


@virtual
async def test_a_primary_a_little_slower_keeps_it() -> None:
    primary, other = Paced(A, takes=0.35), Paced(B, takes=0.1)
    pool = pool_over(primary, other)

    await surveyed(pool, times=6)

    assert await answered_by(pool, 5) == [A] * 5


@virtual
async def test_who_answers_hardly_changes_where_nodes_waver() -> None:
    # given two nodes whose times waver around the same
    primary, other = Paced(A), Paced(B)
    pool = pool_over(primary, other)
    nodes: list[str] = []
    for n in range(200):
        primary.takes, other.takes = 0.1 + 0.2 * (n % 3), 0.1 + 0.2 * (n % 4)
        nodes += await answered_by(pool)
        if n % 10 == 0:
            await surveyed(pool)

    changes = sum(a != b for a, b in pairwise(nodes))
    assert changes <= 4


@virtual
async def test_the_rank_of_a_question_goes_before_the_preference() -> None:
    pool = pool_over(Paced(A), Paced(B), Paced(C))

    async def talk(asking: Asking) -> str:
        return asking.name

    answer = await pool.ask("who", talk, rank=lambda name: 0 if name == C else 1)

    assert answer.node == answer.value == C


# --- ejection


@virtual
async def test_a_laggard_is_not_asked_until_it_has_caught_up() -> None:
    # given a primary that is twenty blocks behind
    primary, other = Paced(A, head=80), Paced(B, head=100)
    events: list[RpcEvent] = []
    pool = pool_over(primary, other, events=events)
    await pool.survey()
    assert pool.nodes[0].state is Standing.EJECTED
    assert pool.nodes[0].reason == "20 blocks behind the other nodes"
    assert await answered_by(pool) == [B]

    # when it has caught up
    primary.head = 100
    await surveyed(pool)

    # then it is asked again, and both was told
    assert await answered_by(pool) == [A]
    told = [type(event) for event in events if isinstance(event, NodeEjected | NodeRecovered)]
    assert told == [NodeEjected, NodeRecovered]


@virtual
async def test_a_laggard_answers_where_nobody_else_does() -> None:
    primary, other = Paced(A, head=80), Paced(B, head=100)
    pool = pool_over(primary, other)
    await pool.survey()

    other.wrong = status(500)

    assert (await pool.call("eth_gasPrice", rounds=1)).node == A


@virtual
async def test_one_that_is_far_ahead_ejects_nobody_of_three() -> None:
    pool = pool_over(Paced(A, head=100), Paced(B, head=10**9), Paced(C, head=101))

    await pool.survey()

    assert [node.state for node in pool.nodes] == [Standing.READY] * 3


@virtual
async def test_who_tells_a_head_that_it_cannot_show_ejects_nobody() -> None:
    # given two nodes, of which one tells a head of the far future
    events: list[RpcEvent] = []
    honest, liar = Paced(A), Paced(B, head=10**9, highest=100)
    pool = pool_over(honest, liar, events=events)

    await surveyed(pool, times=5)

    assert pool.nodes[0].state is Standing.READY
    assert events == []
    assert await answered_by(pool) == [A]


@virtual
async def test_liars_that_agree_on_a_head_eject_nobody_but_who_lags_is_found_beside_them() -> None:
    liars = [Paced(A, head=10**9, highest=100), Paced(B, head=10**9, highest=100)]
    honest = Paced(C, head=100)
    stuck = Paced("https://d.example", head=50)
    pool = pool_over(*liars, honest, stuck)

    await surveyed(pool, times=2)

    assert [node.state for node in pool.nodes] == [Standing.READY] * 3 + [Standing.EJECTED]


@virtual
async def test_whoever_shows_blocks_that_others_lack_is_seldom_asked_to() -> None:
    # given a node that follows the chain, and one that is stuck; machines behind one name are
    # never quite as far
    good, stuck = Paced(A, head=100, highest=99), Paced(B, head=50)
    pool = pool_over(good, stuck)

    for _ in range(30):
        good.head, good.highest = good.head + 1, good.head
        await surveyed(pool, every=12.0)
        assert pool.nodes[1].state is Standing.EJECTED

    assert 1 <= good.seen.count("eth_getBlockByNumber") <= 12


@virtual
async def test_a_balancer_between_two_heads_is_set_aside_and_probed() -> None:
    # given a primary that tells the one head and the other in turn
    balancer, other = Paced(A, head=100), Paced(B, head=100)
    pool = pool_over(balancer, other)
    for n in range(14):
        balancer.head = 100 - 2 * (n % 2)
        await pool.call("eth_blockNumber")
        await asyncio.sleep(1.0)
    assert pool.nodes[0].state is Standing.EJECTED
    assert pool.nodes[0].reason == "its head goes backwards again and again"

    # when it has only one any more
    balancer.head = 100
    await surveyed(pool, times=4)

    # then it is readmitted
    assert pool.nodes[0].state is Standing.READY


@virtual
async def test_a_lone_node_that_goes_backwards_is_still_asked() -> None:
    balancer = Paced(A)
    pool = pool_over(balancer)
    for n in range(14):
        balancer.head = 100 - 2 * (n % 2)
        await pool.call("eth_blockNumber")
        await asyncio.sleep(1.0)

    assert pool.nodes[0].state is Standing.READY


@virtual
async def test_a_liar_is_not_asked_before_its_time_and_comes_back_after_a_probe() -> None:
    liar, other = Paced(A), Paced(B)
    pool = pool_over(liar, other)

    def accept(value: Any) -> None:
        if value == A:
            raise UntrueAnswer("empty logs under a full bloom")

    answer = await pool.call("eth_getLogs", type=str, accept=accept)
    assert answer.node == B
    assert pool.nodes[0].state is Standing.EJECTED
    seen = len(liar.seen)
    await surveyed(pool)
    assert await answered_by(pool) == [B]
    assert len(liar.seen) == seen

    await surveyed(pool, times=2)

    assert pool.nodes[0].state is Standing.READY


@virtual
async def test_a_survey_finds_out_that_a_node_has_become_one_of_another_chain() -> None:
    changing, other = Paced(A), Paced(B)
    pool = pool_over(changing, other)
    assert await answered_by(pool) == [A]

    changing.chain_id = 56
    await surveyed(pool)

    assert pool.nodes[0].quarantined == "it serves chain 56 and not 1"


@virtual
async def test_clocks_of_nodes_are_not_looked_at() -> None:
    # given nodes whose blocks and dates are years apart from ours
    said = {"Retry-After": "Sat, 21 Nov 2099 00:00:07 GMT", "Date": "Sat, 21 Nov 2099 00:00:00 GMT"}
    limited = Paced(A, wrong=lambda _: HttpAnswer(429, said, b"", 0))
    pool = pool_over(limited, Paced(B))
    assert await answered_by(pool) == [B]

    limited.wrong = lambda _: None
    await asyncio.sleep(7.0)

    assert await answered_by(pool) == [A]


@virtual
async def test_a_provider_that_refused_everybody_for_a_moment_is_asked_again_within_a_minute() -> (
    None
):
    # given two nodes that both refuse our keys
    events: list[RpcEvent] = []
    nodes = Paced(A, wrong=status(403)), Paced(B, wrong=status(403))
    pool = pool_over(*nodes, events=events)
    with pytest.raises(AllNodesFailed, match="access is denied"):
        await answered_by(pool)
    assert {type(event) for event in events} == {NodeQuarantined}

    # when they let us in again
    for node in nodes:
        node.wrong = lambda _: None
    begun = asyncio.get_running_loop().time()
    while True:
        with suppress(AllNodesFailed):
            await answered_by(pool)
            break

    # then that is found out long before a quarantine is over
    assert asyncio.get_running_loop().time() - begun <= 75.0


# --- budgets


@virtual
async def test_a_node_is_passed_over_when_four_fifths_of_its_budget_are_used() -> None:
    # given ten calls a minute for the primary
    cheap, other = Paced(A), Paced(B)
    pool = pool_over(cheap, other, budgets={A: "10/min"})

    # when twenty questions are asked
    nodes = await answered_by(pool, 20)

    # then the first eight calls, one of them for its chain, went to it, and the rest to the other
    assert nodes == [A] * 7 + [B] * 13
    assert pool.nodes[0].state is Standing.READY

    await asyncio.sleep(63.0)
    assert await answered_by(pool) == [A]


@virtual
async def test_the_last_fifth_is_for_when_there_is_no_other_and_then_it_waits() -> None:
    cheap, other = Paced(A), Paced(B)
    pool = pool_over(cheap, other, budgets={A: "10/s"}, rounds=1)
    cheap.takes = other.takes = 0.01
    await answered_by(pool, 7)
    other.wrong = status(500)

    begun = asyncio.get_running_loop().time()
    nodes = await answered_by(pool, 5)

    assert nodes == [A] * 5
    sent = [at for at, _ in cheap.asked_at]
    assert len([at for at in sent if at < sent[0] + 1.0]) == 10
    assert asyncio.get_running_loop().time() - begun < 2.0


@virtual
async def test_a_budget_for_the_day_that_is_used_up_is_told_as_waiting() -> None:
    pool = pool_over(Paced(A), budgets={A: "2/day"}, rounds=1)
    await answered_by(pool, 1)

    with pytest.raises(AllNodesFailed, match="its budget is used up for another") as raised:
        await answered_by(pool, 1)

    assert type(raised.value.reasons[A]) is NotAsked
    assert pool.nodes[0].state is Standing.WAITING
    assert pool.nodes[0].waits_until is not None
    assert pool.nodes[0].errors == 0


@virtual
async def test_batches_count_their_calls_and_are_as_small_as_the_budget_needs() -> None:
    node = Paced(A, takes=0.01)
    pool = pool_over(node, budgets={A: "10/s"})

    answer = await pool.batch([Call("x", [n], int) for n in range(30)])

    assert answer.value == list(range(30))
    assert node.batches == [8, 8, 8, 6]
    for at, _ in node.asked_at:
        assert sum(n for t, n in node.asked_at if at <= t < at + 1.0) <= 10


@virtual
async def test_who_waits_for_its_budget_is_overtaken_without_blame() -> None:
    # given a primary whose budget is too small for the exchange
    cheap, other = Paced(A, takes=0.01), Paced(B, takes=0.01)
    pool = pool_over(cheap, other, budgets={A: "3/min"})

    async def talk(asking: Asking) -> str:
        for _ in range(5):
            await asking.call("eth_getBlockByNumber")
        return asking.name

    answer = await pool.ask("five things", talk)

    assert answer.node == B
    assert pool.nodes[0].faults == 0
    assert cheap.in_flight == 0


# --- batches


@virtual
async def test_a_batch_is_split_into_what_the_node_takes_and_stays_in_order() -> None:
    node = Paced(A)
    too_large = object_error(-32600, "batch size exceeds the limit")
    node.wrong = lambda asked: (
        too_large(asked) if isinstance(asked, list) and len(asked) > 6 else None
    )
    pool = pool_over(node, Paced(B))

    first = await pool.batch([Call("x", [n], int) for n in range(20)])
    tries, node.batches = node.batches, []
    second = await pool.batch([Call("x", [n], int) for n in range(20)])

    assert first.value == second.value == list(range(20))
    assert {first.node, second.node} == {A}
    assert tries == [20, 10, 5, 5, 5, 5]
    assert node.batches == [5, 5, 5, 5], "it is remembered"
    assert pool.nodes[0].batch_limit == 5
    assert pool.nodes[0].faults == 0


@virtual
async def test_a_single_call_that_is_too_large_goes_to_the_next_node() -> None:
    node = Paced(A, wrong=object_error(-32600, "response size exceeded"))
    pool = pool_over(node, Paced(B))
    await pool.survey()

    answer = await pool.batch([Call("x", [n], int) for n in range(4)])

    assert (answer.node, answer.value) == (B, [0, 1, 2, 3])


# --- meters


@virtual
async def test_calls_are_counted_apart_by_what_they_are_for() -> None:
    pool = pool_over(Paced(A), Paced(B))

    await pool.survey()
    await pool.call("eth_blockNumber", type=str)
    await pool.call("eth_getBlockByNumber", ["finalized", False])
    await pool.call("eth_getBlockByNumber", ["0x1", False], purpose=Purpose.CHECK)
    await pool.batch([Call("eth_getBlockReceipts", ["0x1"])] * 3)

    # two that tell their chain and one cross-check, two heads of the survey and one more
    assert pool.counts == CallCounts(data=3, head=3, tag=1, check=3)


@virtual
async def test_a_look_for_a_block_that_is_not_there_yet_counts_as_one_for_the_head() -> None:
    node = Paced(A)
    pool = pool_over(node)
    await pool.survey()
    node.wrong = lambda asked: ok({"jsonrpc": "2.0", "id": asked["id"], "result": None})

    await pool.call("eth_getBlockByNumber", ["0x65", True])
    await pool.call("eth_getBlockByNumber", ["0x65", True], type=dict[str, Any] | None)

    assert pool.counts == CallCounts(data=0, head=3, check=1)


@virtual
async def test_bytes_are_told_per_day_and_errors_kept_for_a_while() -> None:
    node = Paced(A)
    pool = pool_over(node, breaker_threshold=100)
    node.wrong = status(500)
    for _ in range(20):
        with pytest.raises(AllNodesFailed):
            await pool.call("eth_gasPrice", rounds=1)
    node.wrong = lambda _: ok({"jsonrpc": "2.0", "id": 1, "result": "x" * 1000})

    with pytest.raises(AllNodesFailed):
        await pool.call("eth_gasPrice", rounds=1)

    (snapshot,) = pool.nodes
    assert len(snapshot.history) == 8
    assert {past.kind for past in snapshot.history} == {"BadStatus", "MismatchedAnswer"}
    assert snapshot.history[0].at < snapshot.history[-1].at
    assert snapshot.bytes_per_day >= snapshot.bytes_received * 1000


@virtual
async def test_a_survey_waits_for_nobody_longer_than_it_may() -> None:
    pool = pool_over(Paced(A, takes=HANG), Paced(B, head=7))
    begun = asyncio.get_running_loop().time()

    snapshots = await pool.survey(within=3.0)

    assert asyncio.get_running_loop().time() - begun == pytest.approx(3.0)
    assert [snapshot.head for snapshot in snapshots] == [None, 7]
