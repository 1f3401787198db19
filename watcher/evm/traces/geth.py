"""The answer to ``debug_traceBlockByHash`` with the callTracer: a tree of calls for each
transaction. geth, and those that grew out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from watcher.evm.traces.parity import same, sound
from watcher.rpc.errors import BlockUnavailable, UntrueAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from watcher.evm.transfers import Inside
    from watcher.evm.wire import RpcBlock

OPTIONS = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": False, "withLog": False}}
_MOVING = frozenset({"CALL", "CREATE", "CREATE2", "SELFDESTRUCT"})
"""A delegated call shows a value as well, which it does not move."""


class Frame(msgspec.Struct, gc=False):
    """A call with those that it made; what failed took all of them back."""

    type: str
    sender: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    value: str | None = None
    error: str | None = None
    calls: list[Frame] = []


class GethTrace(msgspec.Struct, rename="camel", gc=False):
    """A transaction's; old nodes do not name its hash."""

    result: Frame | None = None
    tx_hash: str | None = None
    error: str | None = None


def geth_inside(
    body: RpcBlock, traces: Sequence[GethTrace] | None, untraced: AbstractSet[int]
) -> dict[int, list[Inside]]:
    """As ``parity_inside``."""
    if traces is None:
        raise BlockUnavailable("it does not have the block's traces")
    places = list(range(len(body.transactions)))
    if len(traces) != len(places):
        places = [index for index in places if index not in untraced]
    if len(traces) != len(places):
        raise UntrueAnswer(f"{len(traces)} traces came for {len(places)} transactions")
    inside: dict[int, list[Inside]] = {}
    for index, trace in zip(places, traces, strict=True):
        transaction = body.transactions[index]
        if trace.tx_hash is not None and trace.tx_hash != transaction.hash:
            raise UntrueAnswer("a trace is of another transaction")
        if trace.result is None:
            if index in untraced:
                continue
            raise BlockUnavailable("it could not trace a transaction of the block")
        if not same(trace.result.value, transaction.value):
            raise UntrueAnswer("a trace tells of another value than its transaction")
        found = _moved(trace.result)
        if found:
            inside[index] = found
    return inside


def _moved(whole: Frame) -> list[Inside]:
    """In the order in which it happened, but for the transaction's own value."""
    moved: list[Inside] = []
    ahead = [whole]
    while ahead:
        frame = ahead.pop()
        if frame.error is not None:
            continue
        if frame is not whole and frame.type in _MOVING:
            found = sound(frame.sender, frame.to, frame.value)
            if found is not None:
                moved.append(found)
        ahead += reversed(frame.calls)
    return moved
