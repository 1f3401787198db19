"""What the watcher counts of its steps and its nodes' faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from prometheus_client import REGISTRY

from tests.unit.watcher.examples import REF
from watcher.collect import Step
from watcher.instruments import count_rpc_event, count_step
from watcher.rpc.events import NodeFaulted, NodeRecovered

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"spyhop_watcher_{name}", labels) or 0


def step(before: int, ancestor: int, *blocks: int) -> Step:
    def at(number: int) -> object:
        return replace(REF, chain="counted", number=number)

    found = tuple(SimpleNamespace(ref=at(number)) for number in blocks)
    return Step(at(before), at(ancestor), found, (NOW,) * len(blocks))  # type: ignore[arg-type] # refs are all that is read


def test_blocks_reorgs_and_the_cursor_are_counted() -> None:
    count_step(step(10, 10, 11, 12))
    assert value("reorgs_total", chain="counted") == 0
    count_step(step(12, 10, 11))

    assert value("blocks_total", chain="counted") == 3
    assert value("reorgs_total", chain="counted") == 1
    assert value("cursor_height", chain="counted") == 11


def test_faults_are_counted_by_node_and_kind() -> None:
    count_rpc_event(NodeFaulted("counted", "https://node", "TimedOut", "no answer"))
    count_rpc_event(NodeRecovered("counted", "https://node"))

    labels = {"chain": "counted", "node": "https://node", "kind": "TimedOut"}
    assert value("node_faults_total", **labels) == 1
