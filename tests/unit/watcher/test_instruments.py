"""What the watcher counts of its steps and its nodes' faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from prometheus_client import REGISTRY

from data.redis.published import ChainStatus, NodeStatus
from tests.unit.watcher.examples import REF
from watcher.collect import Step
from watcher.instruments import PoolTotals, count_rpc_event, count_step, show_status
from watcher.rpc.events import CallOvertaken, NodeFaulted, NodeRecovered, SocketLost
from watcher.rpc.purpose import CallCounts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"spyhop_watcher_{name}", labels) or 0


def step(before: int, ancestor: int, *blocks: int) -> Step:
    def at(number: int) -> object:
        return replace(REF, chain="counted", number=number)

    found = tuple(SimpleNamespace(ref=at(n), doubt="bloom" if n == 12 else None) for n in blocks)
    return Step(at(before), at(ancestor), found, (NOW,) * len(blocks))  # type: ignore[arg-type] # refs are all that is read


def test_blocks_reorgs_and_the_cursor_are_counted() -> None:
    count_step(step(10, 10, 11, 12))
    assert value("reorgs_total", chain="counted") == 0
    count_step(step(12, 10, 11))

    assert value("blocks_total", chain="counted") == 3
    assert value("reorgs_total", chain="counted") == 1
    assert value("cursor_height", chain="counted") == 11
    assert value("unverified_blocks_total", chain="counted") == 1
    assert value("reorg_depth_blocks_sum", chain="counted") == 2
    assert value("reorg_depth_blocks_bucket", chain="counted", le="1.0") == 0
    assert value("reorg_depth_blocks_bucket", chain="counted", le="2.0") == 1


def test_faults_are_counted_by_node_and_kind() -> None:
    count_rpc_event(NodeFaulted("counted", "https://node", "TimedOut", "no answer"))
    count_rpc_event(NodeRecovered("counted", "https://node"))

    labels = {"chain": "counted", "node": "https://node", "kind": "TimedOut"}
    assert value("node_faults_total", **labels) == 1


def test_slower_nodes_and_lost_sockets_are_counted() -> None:
    count_rpc_event(CallOvertaken("counted", "b", "eth_blockNumber", ("a", "c")))
    count_rpc_event(SocketLost("counted", "a", "TimedOut", "silent"))

    assert value("node_overtaken_calls_total", chain="counted", node="a") == 1
    assert value("node_overtaken_calls_total", chain="counted", node="b") == 0
    assert value("node_sockets_lost_total", chain="counted", node="a") == 1


def node(name: str, state: str, plan: str | None = None) -> NodeStatus:
    return NodeStatus(
        name=name, state=state, head=109, latency_ms=42, calls=1, faults=0, plan=plan
    )  # fmt: skip


def status(state: str = "following", **more: object) -> ChainStatus:
    nodes = (node("a", "ready"), node("b", "breaker open"), node("c", "ready", "heads only"))
    values: dict[str, object] = {"head": 110, "cursor": 100, "cursor_time": NOW, "nodes": nodes}
    return ChainStatus(chain="shown", state=state, written_at=NOW, **(values | more))  # type: ignore[arg-type]


def test_what_a_chain_publishes_is_shown() -> None:
    show_status(status(safe=90, finalized=None, open_gaps=2, unseen_blocks=30))

    shown = {
        name: value(name, chain="shown")
        for name in ("head_height", "cursor_height", "safe_height", "lag_blocks", "open_gaps",
                     "unseen_blocks", "ready_nodes")
    }  # fmt: skip
    assert shown == {
        "head_height": 110, "cursor_height": 100, "safe_height": 90, "lag_blocks": 10,
        "open_gaps": 2, "unseen_blocks": 30, "ready_nodes": 1,
    }  # fmt: skip
    assert value("published_timestamp_seconds", chain="shown") == NOW.timestamp()
    assert value("cursor_block_timestamp_seconds", chain="shown") == NOW.timestamp()
    assert REGISTRY.get_sample_value("spyhop_watcher_finalized_height", {"chain": "shown"}) is None


def test_a_chain_and_a_node_are_in_one_state_at_a_time() -> None:
    show_status(status("following"))
    show_status(status("blind", head=None, cursor=None, cursor_time=None))

    assert value("chain_state", chain="shown", state="blind") == 1
    assert value("chain_state", chain="shown", state="following") == 0
    assert value("node_state", chain="shown", node="b", state="breaker open") == 1
    assert value("node_state", chain="shown", node="b", state="ready") == 0
    assert value("node_latency_seconds", chain="shown", node="a") == 0.042
    assert value("node_head_height", chain="shown", node="a") == 109


def test_totals_of_a_pool_become_counters() -> None:
    totals = PoolTotals("totalled")
    for received, calls in ((100, 1), (100, 1), (350, 3)):
        node = SimpleNamespace(name="a", bytes_received=received, calls=calls)
        counts = CallCounts(data=calls, head=2 * calls)
        totals.show([node], counts)  # type: ignore[list-item] # all that is read of a snapshot

    labels = {"chain": "totalled", "node": "a"}
    assert value("node_received_bytes_total", **labels) == 350
    assert value("node_calls_total", **labels) == 3
    assert value("calls_total", chain="totalled", purpose="data") == 3
    assert value("calls_total", chain="totalled", purpose="head") == 6
    assert value("calls_total", chain="totalled", purpose="tag") == 0

    # a pool that is opened again begins at 0 and is counted on top
    again = SimpleNamespace(name="a", bytes_received=5, calls=1)
    PoolTotals("totalled").show([again], CallCounts(data=1))  # type: ignore[list-item]
    assert value("node_received_bytes_total", **labels) == 355
