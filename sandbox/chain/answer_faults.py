"""Faults of the answer: the transport works, what it carries is wrong.

Each is one row of a table. `VIEW` faults change what part of the chain the node sees, `REFUSALS`
answer with an error instead of a result, `RESULTS` change a result, `ENVELOPES` change the whole
JSON-RPC answer.

stale_head(blocks=5)      the node is that many blocks behind
stuck_head(at=number)     its head no longer moves
backward_head(blocks=3)   every second call it is behind: two machines behind one name
wrong_chain_id(id=5)      it follows another chain
forgets_orphans           it does not know blocks of abandoned branches
unsupported(methods)      -32601
error_object(code, message)   that error, in a 200 answer
rate_limit                -32005
null_receipts             the receipts of a block that it serves are null
empty_receipts            … or an empty list
partial_receipts(keep=50) … or only so many percent of them
empty_logs                eth_getLogs finds nothing, receipts carry no logs
partial_logs(keep=50)     only so many percent of the logs
null_block                a block below its head is null
wrong_id                  the answer carries another id
no_batches                a batch is answered by one error object
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import msgspec

from sandbox.chain.fault import Fault
from sandbox.chain.rpc_errors import (
    InvalidRequestError,
    LimitExceededError,
    MethodNotFoundError,
    RpcError,
)
from sandbox.chain.view import View

ViewFault: TypeAlias = Callable[[View, Fault, int], View]
Refusal: TypeAlias = Callable[[str, Fault], RpcError]
ResultFault: TypeAlias = Callable[[Any, Fault], Any]
Envelope: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


class _AnyCodeError(RpcError):
    """An error whose code is chosen."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self._code = code

    def as_json(self) -> dict[str, Any]:
        return {"code": self._code, "message": self.message}


def _behind(view: View, blocks: int) -> View:
    return replace(view, head=max(view.chain.ledger.lowest, view.head - blocks))


VIEW: Mapping[str, ViewFault] = {
    "stale_head": lambda view, fault, _: _behind(view, int(fault.number("blocks", 5))),
    "stuck_head": lambda view, fault, _: replace(
        view, head=min(view.head, int(fault.number("at", view.head)))
    ),
    "backward_head": lambda view, fault, turn: (
        _behind(view, int(fault.number("blocks", 3))) if turn % 2 else view
    ),
    "wrong_chain_id": lambda view, fault, _: replace(view, chain_id=int(fault.number("id", 5))),
    "forgets_orphans": lambda view, _fault, _turn: replace(view, knows_orphans=False),
}

REFUSALS: Mapping[str, Refusal] = {
    "unsupported": lambda method, _: MethodNotFoundError(method),
    "rate_limit": lambda _method, _fault: LimitExceededError("daily request count exceeded"),
    "error_object": lambda _, fault: _AnyCodeError(
        str(fault.params.get("message", "internal error")), int(fault.number("code", -32603))
    ),
}

_RECEIPTS = frozenset({"eth_getBlockReceipts"})
_ONE_RECEIPT = frozenset({"eth_getTransactionReceipt"})
_LOGS = frozenset({"eth_getLogs"})
_BLOCKS = frozenset({"eth_getBlockByNumber", "eth_getBlockByHash"})


def _share(items: list[Any], fault: Fault) -> list[Any]:
    return items[: len(items) * int(fault.number("keep", 50)) // 100]


def _without_logs(receipt: Any) -> Any:
    return {**receipt, "logs": []}


def _with_fewer_logs(receipt: Any, fault: Fault) -> Any:
    return {**receipt, "logs": _share(receipt["logs"], fault)}


def _per_receipt(change: Callable[[Any, Fault], Any]) -> ResultFault:
    return lambda receipts, fault: [change(receipt, fault) for receipt in receipts]


RESULTS: Mapping[str, tuple[tuple[frozenset[str], ResultFault], ...]] = {
    "null_receipts": ((_RECEIPTS | _ONE_RECEIPT, lambda _result, _fault: None),),
    "empty_receipts": ((_RECEIPTS, lambda _result, _fault: []),),
    "partial_receipts": ((_RECEIPTS, _share),),
    "empty_logs": (
        (_LOGS, lambda _result, _fault: []),
        (_ONE_RECEIPT, lambda receipt, _: _without_logs(receipt)),
        (_RECEIPTS, _per_receipt(lambda receipt, _: _without_logs(receipt))),
    ),
    "partial_logs": (
        (_LOGS, _share),
        (_ONE_RECEIPT, _with_fewer_logs),
        (_RECEIPTS, _per_receipt(_with_fewer_logs)),
    ),
    "null_block": ((_BLOCKS, lambda _result, _fault: None),),
}

ENVELOPES: Mapping[str, Envelope] = {
    "wrong_id": lambda answer: {**answer, "id": 987_654_321},
}

WHOLE_BATCH: Mapping[str, RpcError] = {
    "no_batches": InvalidRequestError("batch requests are not supported"),
}

NAMES = frozenset({*VIEW, *REFUSALS, *RESULTS, *ENVELOPES, *WHOLE_BATCH})


def seen(view: View, faults: tuple[Fault, ...], turn: int) -> View:
    """The view that is left; `turn` counts the node's exchanges."""
    for fault in faults:
        if fault.name in VIEW:
            view = VIEW[fault.name](view, fault, turn)
    return view


def refusal(method: str, faults: tuple[Fault, ...]) -> RpcError | None:
    """The error that stands in for a result, if a fault asks for one."""
    for fault in faults:
        if fault.name in REFUSALS and fault.strikes(frozenset({method})):
            return REFUSALS[fault.name](method, fault)
    return None


def spoiled(method: str, result: Any, faults: tuple[Fault, ...]) -> Any:
    """The result after the faults that change it; what was null stays null."""
    for fault in faults:
        if not fault.strikes(frozenset({method})):
            continue
        for methods, change in RESULTS.get(fault.name, ()):
            if method in methods and result is not None:
                plain = msgspec.json.decode(result) if isinstance(result, msgspec.Raw) else result
                result = change(plain, fault)
    return result
