"""What the watcher counts for Prometheus, by listening to its followers and pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge

from watcher.rpc.events import NodeFaulted

if TYPE_CHECKING:
    from watcher.collect import Step
    from watcher.rpc.events import RpcEvent

_blocks = Counter("spyhop_watcher_blocks", "Blocks whose alerts are in the database", ["chain"])
_reorgs = Counter("spyhop_watcher_reorgs", "Steps that rolled blocks back", ["chain"])
_height = Gauge("spyhop_watcher_cursor_height", "Last block of the cursor", ["chain"])
_faults = Counter(
    "spyhop_watcher_node_faults", "Faults that a breaker counted", ["chain", "node", "kind"]
)


def count_step(step: Step) -> None:
    """A step that was committed."""
    chain = step.after.chain
    _blocks.labels(chain).inc(len(step.blocks))
    _height.labels(chain).set(step.after.number)
    if step.is_reorg:
        _reorgs.labels(chain).inc()


def count_rpc_event(event: RpcEvent) -> None:
    """Of what happens in a pool, the faults; nodes go by their public names."""
    if isinstance(event, NodeFaulted):
        _faults.labels(event.chain, event.node, event.kind).inc()
