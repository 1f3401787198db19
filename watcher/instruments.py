"""What the watcher counts for Prometheus, by listening to its followers and pools.

Labels are bounded: chains as configured, nodes by their public names, and the words of enums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram

from data.health import HEADS_ONLY
from watcher.rpc.events import CallOvertaken, NodeFaulted, SocketLost
from watcher.rpc.purpose import Purpose
from watcher.rpc.snapshot import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.redis.published import ChainStatus
    from watcher.collect import Step
    from watcher.rpc.events import RpcEvent
    from watcher.rpc.purpose import CallCounts
    from watcher.rpc.snapshot import NodeSnapshot

CHAIN_STATES = (
    "following", "catching up", "blind", "stuck", "latched", "no database", "failing", "paused",
)  # fmt: skip

_blocks = Counter("spyhop_watcher_blocks", "Blocks whose alerts are in the database", ["chain"])
_unverified = Counter(
    "spyhop_watcher_unverified_blocks", "Blocks accepted although a check fails", ["chain"]
)
_untraced = Counter(
    "spyhop_watcher_untraced_blocks", "Blocks whose traces were wanted and not had", ["chain"]
)
_reorgs = Counter("spyhop_watcher_reorgs", "Steps that rolled blocks back", ["chain"])
_depths = Histogram(
    "spyhop_watcher_reorg_depth_blocks",
    "Blocks that a reorg rolled back",
    ["chain"],
    buckets=(1, 2, 3, 5, 8, 16, 32, 64, 128, 256),
)
_height = Gauge("spyhop_watcher_cursor_height", "Last block of the cursor", ["chain"])
_head = Gauge("spyhop_watcher_head_height", "Newest block that a node told of", ["chain"])
_safe = Gauge("spyhop_watcher_safe_height", "Block up to which the chain is safe", ["chain"])
_final = Gauge("spyhop_watcher_finalized_height", "Block up to which it is final", ["chain"])
_lag = Gauge("spyhop_watcher_lag_blocks", "Blocks between head and cursor", ["chain"])
_cursor_time = Gauge(
    "spyhop_watcher_cursor_block_timestamp_seconds", "Time of the cursor's block", ["chain"]
)
_published = Gauge(
    "spyhop_watcher_published_timestamp_seconds", "When its loop last told of itself", ["chain"]
)
_chain_state = Gauge("spyhop_watcher_chain_state", "1 for the state it is in", ["chain", "state"])
_gaps = Gauge("spyhop_watcher_open_gaps", "Coverage gaps that are not filled yet", ["chain"])
_unseen = Gauge("spyhop_watcher_unseen_blocks", "Blocks in them, but for partial ones", ["chain"])
_able = Gauge("spyhop_watcher_ready_nodes", "Nodes that blocks can be read from", ["chain"])
_node_state = Gauge(
    "spyhop_watcher_node_state", "1 for the state it is in", ["chain", "node", "state"]
)
_node_head = Gauge("spyhop_watcher_node_head_height", "Its newest block", ["chain", "node"])
_latency = Gauge("spyhop_watcher_node_latency_seconds", "Mean of its answers", ["chain", "node"])
_faults = Counter(
    "spyhop_watcher_node_faults", "Faults that a breaker counted", ["chain", "node", "kind"]
)
_received = Counter(
    "spyhop_watcher_node_received_bytes", "Bodies as they came over the wire", ["chain", "node"]
)
_node_calls = Counter("spyhop_watcher_node_calls", "JSON-RPC calls sent to it", ["chain", "node"])
_calls = Counter(
    "spyhop_watcher_calls", "JSON-RPC calls by what they were for", ["chain", "purpose"]
)
_overtaken = Counter(
    "spyhop_watcher_node_overtaken_calls", "Calls that another answered sooner", ["chain", "node"]
)
_sockets_lost = Counter(
    "spyhop_watcher_node_sockets_lost", "WebSockets that failed or fell silent", ["chain", "node"]
)


def count_step(step: Step) -> None:
    """A step that was committed."""
    chain = step.after.chain
    _blocks.labels(chain).inc(len(step.blocks))
    _unverified.labels(chain).inc(sum(block.doubt is not None for block in step.blocks))
    _height.labels(chain).set(step.after.number)
    if step.is_reorg:
        _reorgs.labels(chain).inc()
        _depths.labels(chain).observe(step.before.number - step.ancestor.number)


def count_traces(chain: str, lack: str | None) -> None:
    """A block of which traces were wanted, and why there are none; None where there are."""
    _untraced.labels(chain).inc(lack is not None)


def count_rpc_event(event: RpcEvent) -> None:
    """Of what happens in a pool, what is in no snapshot; nodes go by their public names."""
    match event:
        case NodeFaulted():
            _faults.labels(event.chain, event.node, event.kind).inc()
        case CallOvertaken():
            for node in event.slower:
                _overtaken.labels(event.chain, node).inc()
        case SocketLost():
            _sockets_lost.labels(event.chain, event.node).inc()


def show_status(status: ChainStatus) -> None:
    """What a chain's loop has just published of itself and its nodes."""
    chain = status.chain
    for gauge, height in (
        (_head, status.head),
        (_height, status.cursor),
        (_safe, status.safe),
        (_final, status.finalized),
    ):
        if height is not None:
            gauge.labels(chain).set(height)
    if status.head is not None and status.cursor is not None:
        _lag.labels(chain).set(max(0, status.head - status.cursor))
    if status.cursor_time is not None:
        _cursor_time.labels(chain).set(status.cursor_time.timestamp())
    _published.labels(chain).set(status.written_at.timestamp())
    for state in CHAIN_STATES:
        _chain_state.labels(chain, state).set(state == status.state)
    _gaps.labels(chain).set(status.open_gaps)
    _unseen.labels(chain).set(status.unseen_blocks)
    able = [node for node in status.nodes if node.state == "ready" and node.plan != HEADS_ONLY]
    _able.labels(chain).set(len(able))
    for node in status.nodes:
        for standing in Standing:
            _node_state.labels(chain, node.name, standing).set(standing == node.state)
        if node.head is not None:
            _node_head.labels(chain, node.name).set(node.head)
        if node.latency_ms is not None:
            _latency.labels(chain, node.name).set(node.latency_ms / 1000)


class PoolTotals:
    """Counters that follow what a pool's nodes count themselves, from 0 when it was opened."""

    def __init__(self, chain: str) -> None:
        self._chain = chain
        self._seen: dict[tuple[Counter, str], int] = {}

    def show(self, nodes: Iterable[NodeSnapshot], calls: CallCounts) -> None:
        """Bring the counters up to date."""
        for node in nodes:
            self._follow(_received, node.name, node.bytes_received)
            self._follow(_node_calls, node.name, node.calls)
        for purpose in Purpose:
            self._follow(_calls, purpose, getattr(calls, purpose))

    def _follow(self, counter: Counter, label: str, total: int) -> None:
        counter.labels(self._chain, label).inc(total - self._seen.get((counter, label), 0))
        self._seen[counter, label] = total
