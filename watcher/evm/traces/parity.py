"""The answer to ``trace_block``: every call, creation and self-destruction, in order, each with its
place in the tree of calls. Erigon, Nethermind, Besu and reth answer like this.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from watcher.evm.transfers import Inside
from watcher.evm.wire import BadField, fixed, quantity
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, UntrueAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from watcher.evm.wire import RpcBlock

_REWARD = "reward"


class Action(msgspec.Struct, rename="camel", gc=False):
    """What was done: a call's or creation's sender and value, or a self-destruction's heir."""

    sender: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    value: str | None = None
    call_type: str | None = None
    address: str | None = None
    refund_address: str | None = None
    balance: str | None = None


class Outcome(msgspec.Struct, gc=False):
    """What came of it: the address of what was created."""

    address: str | None = None


class ParityTrace(msgspec.Struct, rename="camel", gc=False):
    """One step; ``trace_address`` leads to it from the transaction, which itself has none."""

    action: Action
    type: str
    block_hash: str
    trace_address: list[int]
    transaction_hash: str | None = None
    transaction_position: int | None = None
    result: Outcome | None = None
    error: str | None = None


def parity_inside(
    body: RpcBlock, traces: Sequence[ParityTrace] | None, untraced: AbstractSet[int]
) -> dict[int, list[Inside]]:
    """What moved inside the block's transactions, by their place. ``untraced`` may be missing.

    Raises UntrueAnswer, GarbledAnswer, or BlockUnavailable for none at all.
    """
    if traces is None:
        raise BlockUnavailable("it does not have the block's traces")
    inside: defaultdict[int, list[Inside]] = defaultdict(list)
    seen: set[int] = set()
    undone: tuple[int, list[int]] | None = None
    for trace in traces:
        if trace.type == _REWARD:
            continue
        index, path = _place(body, trace), trace.trace_address
        if undone is not None and undone[0] == index and path[: len(undone[1])] == undone[1]:
            continue
        undone = (index, path) if trace.error is not None else None
        if not path:
            seen.add(index)
        elif undone is None:
            found = _moved(trace)
            if found is not None:
                inside[index].append(found)
    if len(seen | untraced) < len(body.transactions):
        raise UntrueAnswer("a transaction of the block has no trace")
    return dict(inside)


def _place(body: RpcBlock, trace: ParityTrace) -> int:
    """The place of a trace's transaction in the block; raises UntrueAnswer where it is in none,
    BlockUnavailable where the node is on another branch."""
    index = trace.transaction_position
    if trace.block_hash.lower() != body.hash.lower():
        raise BlockUnavailable("it has another block at that height")
    if index is None or not 0 <= index < len(body.transactions):
        raise UntrueAnswer("a trace is of no transaction of the block")
    transaction = body.transactions[index]
    if trace.transaction_hash != transaction.hash:
        raise UntrueAnswer("a trace is of another transaction")
    if not trace.trace_address and not same(trace.action.value, transaction.value):
        raise UntrueAnswer("a trace tells of another value than its transaction")
    return index


def same(traced: str | None, value: str) -> bool:
    """Whether two amounts are the same however they are written; none is nothing."""
    try:
        return quantity(traced or "0x0") == quantity(value)
    except BadField:
        return False


def _moved(trace: ParityTrace) -> Inside | None:
    """What a step moved; a delegated call shows a value that it does not move."""
    action = trace.action
    if trace.type == "call" and action.call_type == "call":
        return sound(action.sender, action.to, action.value)
    if trace.type == "create" and trace.result is not None:
        return sound(action.sender, trace.result.address, action.value)
    if trace.type == "suicide":
        return sound(action.address, action.refund_address, action.balance)
    return None


def sound(sender: str | None, recipient: str | None, value: str | None) -> Inside | None:
    """As it is noted, None for nothing; raises GarbledAnswer."""
    if not value or value == "0x0":
        return None
    try:
        if not quantity(value) or recipient is None:
            return None
        fixed(sender or "", 20)
        fixed(recipient, 20)
    except BadField as error:
        raise GarbledAnswer(f"a trace is malformed: {error}") from None
    return Inside(sender or "", recipient, value)
