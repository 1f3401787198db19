"""What moved inside a block's transactions, as the two kinds of nodes trace it."""

from __future__ import annotations

from typing import Any

from sandbox.chain import hexes
from sandbox.chain.block import Block
from sandbox.chain.hexes import quantity
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.rpc_errors import ServerError
from sandbox.chain.transaction import Transaction

_FAILED = "execution reverted"


def geth_traces(block: AnyBlock) -> list[dict[str, Any]]:
    """A tree of calls for each transaction; whatever moved inside is a call of the first one."""
    return [{"txHash": hexes.data(one.hash), "result": _frame(one)} for one in _simulated(block)]


def parity_traces(block: AnyBlock) -> list[dict[str, Any]]:
    """A flat list of steps."""
    return [
        _step(block, index, one, place)
        for index, one in enumerate(_simulated(block))
        for place in range(-1, len(one.draft.inside))
    ]


def _simulated(block: AnyBlock) -> tuple[Transaction, ...]:
    if not isinstance(block, Block):
        raise ServerError("historical state is not available")
    return block.transactions


def _frame(one: Transaction) -> dict[str, Any]:
    draft = one.draft
    recipient = one.created_address() if draft.recipient is None else draft.recipient
    frame: dict[str, Any] = {
        "type": "CREATE" if draft.recipient is None else "CALL",
        **_parties(draft.sender, recipient, draft.value),
        "gas": quantity(one.gas),
        "gasUsed": quantity(draft.gas_used),
        "input": hexes.data(draft.data),
    }
    if draft.inside:
        frame["calls"] = [
            {"type": "CALL", "gas": "0x8fc", "gasUsed": "0x0", "input": "0x", **_parties(*inside)}
            for inside in draft.inside
        ]
    return frame if draft.status else {**frame, "error": _FAILED}


def _step(block: AnyBlock, index: int, one: Transaction, place: int) -> dict[str, Any]:
    draft = one.draft
    creates = place < 0 and draft.recipient is None
    recipient = one.created_address() if creates else draft.recipient or b""
    parties = (draft.sender, recipient, draft.value) if place < 0 else draft.inside[place]
    action: dict[str, Any] = {**_parties(*parties), "gas": "0x8fc"}
    if creates:
        del action["to"]
        action["init"] = hexes.data(draft.data)
    else:
        action |= {"callType": "call", "input": "0x"}
    step: dict[str, Any] = {
        "action": action,
        "blockHash": hexes.data(block.hash),
        "blockNumber": block.number,
        "subtraces": len(draft.inside) if place < 0 else 0,
        "traceAddress": [] if place < 0 else [place],
        "transactionHash": hexes.data(one.hash),
        "transactionPosition": index,
        "type": "create" if creates else "call",
    }
    if not draft.status:
        return {**step, "error": "Reverted", "result": None}
    result = {"address": hexes.data(recipient), "code": "0x"} if creates else {"output": "0x"}
    return {**step, "result": {**result, "gasUsed": "0x0"}}


def _parties(sender: bytes, recipient: bytes, value: int) -> dict[str, str]:
    return {
        "from": hexes.data(sender),
        "to": hexes.data(recipient),
        "value": quantity(value),
    }
