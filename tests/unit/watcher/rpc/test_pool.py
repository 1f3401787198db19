"""The pool: order, fallback, rounds with backoff, judgement, and what it tells."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest
from aiohttp import web

from watcher.rpc.breaker import State
from watcher.rpc.errors import (
    AllNodesFailed,
    BlockUnavailable,
    CallReverted,
    MethodUnsupported,
    NotAsked,
    UntrueAnswer,
)
from watcher.rpc.events import (
    BreakerMoved,
    CallFellBack,
    NodeFaulted,
    NodeLimited,
    NodeRecovered,
    RpcEvent,
)
from watcher.rpc.pool import Pool
from watcher.rpc.snapshot import NodeSnapshot, Standing
from watcher.rpc.wire import Call

from .conftest import OpenPool
from .naughty import CHAIN_ID, Clock, NaughtyNode, errs, replies, says


def first(pool: Pool) -> NodeSnapshot:
    return pool.nodes[0]


async def test_the_first_healthy_node_is_preferred(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    pool = await open_pool(node.url, other.url)

    answers = [await pool.call("eth_gasPrice", type=str) for _ in range(3)]

    assert {answer.node for answer in answers} == {node.url}
    assert node.seen == ["eth_chainId"] + ["eth_gasPrice"] * 3
    assert other.seen == []


async def test_requests_ask_for_fresh_and_compressed_answers(
    node: NaughtyNode, open_pool: OpenPool
) -> None:
    pool = await open_pool(node.url.replace("//", "//user:pass@"))

    await pool.call("eth_gasPrice")

    sent = node.headers[-1]
    assert sent["Cache-Control"] == "no-cache, no-store"
    assert sent["Pragma"] == "no-cache"
    assert sent["Accept-Encoding"] == "gzip, deflate"
    assert sent["Content-Type"] == "application/json"
    assert sent["Authorization"] == "Basic dXNlcjpwYXNz"


async def test_a_fallback_is_told_once_a_call_and_ends_with_the_recovery(
    node: NaughtyNode,
    other: NaughtyNode,
    open_pool: OpenPool,
    clock: Clock,
    events: list[RpcEvent],
) -> None:
    # given a primary node that fails twice, which is its breaker's threshold
    pool = await open_pool(node.url, other.url, breaker_threshold=2)
    node.misbehave = says("oops", 500)
    for _ in range(3):
        assert (await pool.call("eth_gasPrice")).node == other.url

    # when it is mended and its breaker's time has passed
    node.misbehave = None
    clock.seconds += 60
    assert (await pool.call("eth_gasPrice")).node == node.url

    # then the third call did not bother it, and the whole story was told in order
    at, fell = ("ethereum", node.url), ("ethereum", other.url, "eth_gasPrice", (node.url,))
    assert events == [
        NodeFaulted(*at, "BadStatus", "HTTP 500"),
        CallFellBack(*fell),
        NodeFaulted(*at, "BadStatus", "HTTP 500"),
        BreakerMoved(*at, State.CLOSED, State.OPEN, "2 faults in a row"),
        CallFellBack(*fell),
        BreakerMoved(*at, State.OPEN, State.HALF_OPEN, "time for a probe"),
        BreakerMoved(*at, State.HALF_OPEN, State.CLOSED, "the probe succeeded"),
        NodeRecovered(*at),
    ]
    assert clock.slept == [], "a fault moves on at once"


async def test_a_readmitted_node_shows_its_chain_again(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    # given a node whose breaker has opened, and that comes back as a node of another chain
    pool = await open_pool(node.url, other.url, breaker_threshold=1)
    node.misbehave = says("oops", 500)
    await pool.call("eth_gasPrice")
    node.misbehave, node.chain_id = None, 5
    node.seen.clear()

    # when it is probed
    clock.seconds += 60
    answer = await pool.call("eth_gasPrice")

    # then it is not believed
    assert answer.node == other.url
    assert node.seen == ["eth_chainId"]
    assert first(pool).state is Standing.QUARANTINED


async def test_a_quarantined_node_returns_when_it_was_mended(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    node.misbehave = says("", 401)
    pool = await open_pool(node.url, other.url)
    assert (await pool.call("eth_gasPrice")).node == other.url
    assert first(pool).state is Standing.QUARANTINED

    node.misbehave = None
    clock.seconds += 600

    assert (await pool.call("eth_gasPrice")).node == node.url
    assert first(pool).state is Standing.READY


async def test_backoff_stands_between_rounds_over_all_nodes(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    node.misbehave = other.misbehave = errs(-32000, "header not found")
    pool = await open_pool(node.url, other.url, rounds=6)

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("eth_getBlockByHash", ["0x0"])

    assert clock.slept == [1, 2, 4, 8, 8]
    assert node.seen.count("eth_getBlockByHash") == other.seen.count("eth_getBlockByHash") == 6
    assert {type(reason) for reason in raised.value.reasons.values()} == {BlockUnavailable}
    assert list(raised.value.reasons) == [node.url, other.url]


async def test_a_later_round_may_succeed(
    node: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    # given a node that answers from its third time on
    async def third_time(request: web.Request, asked: Any) -> web.StreamResponse:
        if node.seen.count("eth_gasPrice") < 3:
            return web.Response(status=503)
        return web.json_response(node.answer(asked))

    node.misbehave = third_time
    pool = await open_pool(node.url)

    # when it is asked, then the call is answered after two pauses
    assert (await pool.call("eth_gasPrice", type=str)).value == "eth_gasPrice"
    assert clock.slept == [1, 2]


async def test_a_deadline_ends_the_rounds_before_it_passes(
    refused_url: str, open_pool: OpenPool, clock: Clock
) -> None:
    pool = await open_pool(refused_url)
    begun = clock()

    with pytest.raises(AllNodesFailed):
        await pool.call("eth_gasPrice", within=6.0)

    assert clock.slept == [1, 2]
    assert clock() < begun + 6.0


async def test_a_deadline_bounds_a_call_in_flight(node: NaughtyNode, open_pool: OpenPool) -> None:
    async def hangs(request: web.Request, asked: Any) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError

    node.misbehave = hangs
    pool = await open_pool(node.url, timeout=3600.0)

    with pytest.raises(AllNodesFailed, match=r"no whole answer within 0\.2 s"):
        await pool.call("eth_gasPrice", within=0.2)


async def test_no_round_follows_when_every_node_lacks_the_method(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    node.misbehave = other.misbehave = errs(-32601, "Method not found")
    pool = await open_pool(node.url, other.url)

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("trace_block", ["0x1"])

    assert clock.slept == []
    assert {type(reason) for reason in raised.value.reasons.values()} == {MethodUnsupported}
    assert {snapshot.breaker for snapshot in pool.nodes} == {State.CLOSED}


async def test_a_rate_limited_node_alone_is_waited_for(
    node: NaughtyNode,
    other: NaughtyNode,
    open_pool: OpenPool,
    clock: Clock,
    events: list[RpcEvent],
) -> None:
    # given a node that wants 30 seconds
    node.misbehave = says("", 429, Retry_After="30")
    pool = await open_pool(node.url, other.url)

    # when the pool is asked before and after they have passed
    before = await pool.call("eth_gasPrice")
    node.misbehave = None
    clock.seconds += 29
    during = await pool.call("eth_gasPrice")
    published = first(pool)
    clock.seconds += 1
    after = await pool.call("eth_gasPrice")

    # then the other one steps in for that time, and nobody counts a fault
    assert [before.node, during.node, after.node] == [other.url, other.url, node.url]
    assert published.state is Standing.WAITING
    assert published.waits_until is not None
    assert published.waits_until.second == clock.wall().second
    assert published.faults == 0
    assert NodeLimited("ethereum", node.url, 30.0, "HTTP 429: rate limited") in events


async def test_retry_after_may_be_a_date(node: NaughtyNode, open_pool: OpenPool) -> None:
    node.misbehave = says(
        "",
        429,
        Retry_After="Sat, 21 Nov 2026 00:01:30 GMT",
        Date="Sat, 21 Nov 2026 00:00:00 GMT",
    )
    pool = await open_pool(node.url)

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("eth_gasPrice", rounds=2)

    (reason,) = raised.value.reasons.values()
    assert isinstance(reason, NotAsked)
    assert reason.text == "rate limited for another 89 s"


async def test_hostile_reverts_open_no_breaker(node: NaughtyNode, open_pool: OpenPool) -> None:
    node.misbehave = errs(3, "execution reverted: internal error", data="0x08c379a0")
    pool = await open_pool(node.url)

    for _ in range(20):
        with pytest.raises(CallReverted) as raised:
            await pool.call("eth_call", [{}, "latest"])
        assert raised.value.data == "0x08c379a0"

    assert first(pool).breaker is State.CLOSED
    assert first(pool).faults == first(pool).errors == 0


async def test_an_unacceptable_answer_is_asked_of_the_next_node(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    # given a node that does not have the block yet, and says null
    node.results["eth_getBlockByNumber"] = None
    other.results["eth_getBlockByNumber"] = {"number": "0x65"}
    pool = await open_pool(node.url, other.url)

    def present(block: dict[str, str] | None) -> None:
        if block is None:
            raise BlockUnavailable("the block is null")

    # when the caller does not accept null
    answer = await pool.call(
        "eth_getBlockByNumber", ["0x65", False], type=dict[str, str] | None, accept=present
    )

    # then the one that has it is asked, without a fault
    assert answer.value == {"number": "0x65"}
    assert answer.node == other.url
    assert first(pool).faults == 0
    assert first(pool).errors == 1


async def test_a_prompt_liar_is_shut_out_by_its_callers(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    # given a caller who finds a lie in the first node's answer
    pool = await open_pool(node.url, other.url)
    answer = await pool.call("eth_gasPrice", type=str)
    assert answer.node == node.url

    # when it is reported
    pool.report(answer.node, UntrueAnswer("the bloom says otherwise"))

    # then nothing more is asked of that node
    assert first(pool).state is Standing.EJECTED
    assert first(pool).reason == "the bloom says otherwise"
    assert first(pool).faults == 1
    assert (await pool.call("eth_gasPrice")).node == other.url


async def test_a_liar_is_asked_again_when_all_others_fail(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    pool = await open_pool(node.url, other.url)
    await pool.survey()
    pool.report(node.url, UntrueAnswer("the bloom says otherwise"))
    other.misbehave = says("", 503)

    assert (await pool.call("eth_gasPrice", rounds=1)).node == node.url
    assert first(pool).state is Standing.EJECTED


async def test_a_predicate_that_breaks_is_not_the_nodes_fault(
    node: NaughtyNode, open_pool: OpenPool
) -> None:
    pool = await open_pool(node.url, breaker_threshold=1)

    def breaks(value: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await pool.call("eth_gasPrice", type=str, accept=breaks)

    assert first(pool).state is Standing.READY
    assert first(pool).faults == 0


async def test_a_cancelled_probe_leaves_room_for_the_next(
    node: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    # given a node that is half-open, whose probe hangs
    pool = await open_pool(node.url, breaker_threshold=1)
    arrived = asyncio.Event()

    async def hangs(request: web.Request, asked: Any) -> web.StreamResponse:
        arrived.set()
        await asyncio.sleep(3600)
        raise AssertionError

    node.misbehave = says("oops", 500)
    with pytest.raises(AllNodesFailed):
        await pool.call("eth_gasPrice", rounds=1)
    clock.seconds += 60
    node.misbehave = hangs
    async with asyncio.TaskGroup() as tasks:
        probe = tasks.create_task(pool.call("eth_gasPrice", rounds=1))
        async with asyncio.timeout(10):
            await arrived.wait()
        with pytest.raises(AllNodesFailed, match="being probed"):
            await pool.call("eth_gasPrice", rounds=1)

        # when whoever asked gives up
        probe.cancel()

    # then the next call is the probe
    node.misbehave = None
    await pool.call("eth_gasPrice", rounds=1)
    assert first(pool).breaker is State.CLOSED


async def test_a_batch_is_decoded_call_by_call_and_put_in_order(
    node: NaughtyNode, open_pool: OpenPool
) -> None:
    # given a node that answers batches backwards, with one revert
    def backwards(asked: Any) -> Any:
        revert = {"id": asked[2]["id"], "error": {"code": 3, "message": "execution reverted"}}
        return [revert, {"id": asked[1]["id"], "result": 7}, {"id": asked[0]["id"], "result": "a"}]

    node.misbehave = replies(backwards)
    pool = await open_pool(node.url)

    # when three calls are asked at once
    answer = await pool.batch([Call("x", [], str), Call("y", [], int), ("z", [])])

    # then they stand in the order of the questions, the revert as a value
    assert answer.value[:2] == ["a", 7]
    assert isinstance(answer.value[2], CallReverted)
    assert first(pool).requests == 2
    assert first(pool).calls == 4


async def test_a_batch_of_a_wrong_type_or_unaccepted_goes_to_the_next_node(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    node.results["x"] = 17
    pool = await open_pool(node.url, other.url)

    def not_y(values: list[Any]) -> None:
        if node.seen[-1] == "y" and not other.seen:
            raise UntrueAnswer("not this one")

    by_type = await pool.batch([Call("x", [], str)])
    other.seen.clear()
    by_predicate = await pool.batch([Call("y", [], str)], accept=not_y)

    assert by_type.node == by_predicate.node == other.url


async def test_an_empty_batch_asks_nobody(node: NaughtyNode, open_pool: OpenPool) -> None:
    pool = await open_pool(node.url)

    assert (await pool.batch([])).value == []
    assert node.seen == []


async def test_a_raw_answer_is_handed_over_unread(node: NaughtyNode, open_pool: OpenPool) -> None:
    pool = await open_pool(node.url)

    answer = await pool.call("eth_gasPrice")

    assert isinstance(answer.value, msgspec.Raw)
    assert json.loads(bytes(answer.value)) == "eth_gasPrice"


async def test_a_survey_learns_every_nodes_head(
    node: NaughtyNode, other: NaughtyNode, refused_url: str, open_pool: OpenPool, clock: Clock
) -> None:
    node.head, other.head = 120, 118
    pool = await open_pool(node.url, refused_url, other.url)

    snapshots = await pool.survey()

    assert [snapshot.head for snapshot in snapshots] == [120, None, 118]
    assert snapshots[0].head_at == clock.wall()
    assert snapshots[1].faults == 1


async def test_heads_are_noted_from_calls_and_from_callers(
    node: NaughtyNode, open_pool: OpenPool
) -> None:
    pool = await open_pool(node.url)

    await pool.call("eth_blockNumber", type=str)
    assert first(pool).head == 100
    pool.saw_head(node.url, 103)
    assert first(pool).head == 103


async def test_snapshots_count_what_went_over_the_wire(
    node: NaughtyNode, open_pool: OpenPool
) -> None:
    pool = await open_pool(node.url)

    await pool.call("eth_gasPrice")

    (snapshot,) = pool.nodes
    assert snapshot.requests == snapshot.calls == 2
    assert snapshot.bytes_sent > 100
    assert snapshot.bytes_received > 80
    assert snapshot.latency_ms == 0.0, "virtual time stood still"
    assert snapshot.last_error is None


async def test_outside_its_context_a_pool_says_how_it_is_used() -> None:
    pool = Pool("ethereum", CHAIN_ID, ["http://127.0.0.1:1"])

    with pytest.raises(RuntimeError, match="async with"):
        await pool.call("eth_gasPrice")


def test_a_pool_without_nodes_is_refused() -> None:
    with pytest.raises(ValueError, match="ethereum needs the URL of at least one node"):
        Pool("ethereum", CHAIN_ID, [])


async def test_an_unknown_name_is_not_reported(node: NaughtyNode, open_pool: OpenPool) -> None:
    pool = await open_pool(node.url)

    with pytest.raises(KeyError, match="no node of that name"):
        pool.report("https://elsewhere.example", UntrueAnswer("a lie"))


async def test_its_connections_are_closed_with_it(node: NaughtyNode) -> None:
    async with Pool("ethereum", CHAIN_ID, [node.url]) as pool:
        await pool.call("eth_gasPrice")

    with pytest.raises(RuntimeError, match="async with"):
        await pool.call("eth_gasPrice")


async def test_the_last_nodes_are_probed_early_instead_of_being_blind(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool, clock: Clock
) -> None:
    # given two nodes whose breakers have opened
    node.misbehave = other.misbehave = says("", 503)
    pool = await open_pool(node.url, other.url, breaker_threshold=2)
    for _ in range(2):
        with pytest.raises(AllNodesFailed):
            await pool.call("eth_gasPrice", rounds=1)
    assert {snapshot.breaker for snapshot in pool.nodes} == {State.OPEN}

    # when one of them is well again, long before its time
    other.misbehave = None
    answer = await pool.call("eth_gasPrice", rounds=1)

    # then it answers, and the other is left alone again
    assert answer.node == pool.nodes[1].name
    assert [snapshot.breaker for snapshot in pool.nodes] == [State.OPEN, State.CLOSED]
