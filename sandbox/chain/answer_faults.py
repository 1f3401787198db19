"""Faults of the answer: the transport works, what it carries is wrong.

Each is one row of a table. What part of the chain the node sees is spoiled by `view_faults.py`,
results by `result_faults.py` and `log_faults.py`. Here `REFUSALS` answer with an error instead of a
result, `ENVELOPES` change the whole JSON-RPC answer, `BATCHES` the answer to a batch.

unsupported(methods)      -32601
no_block_receipts         -32601 for eth_getBlockReceipts alone
filtered_logs_only        eth_getLogs is refused without an address and without topics
error_object(code, message)   that error, in a 200 answer
rate_limit(code=-32005)   that error, or -32016
header_not_found          -32000 for whatever is about a block
wrong_id                  the answer carries another id
no_batches                a batch is answered by one error object
shuffled_batch            a batch's answers come in another order, as they may
partial_batch(keep=50)    only so many percent of a batch's answers come
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from sandbox.chain import log_faults, result_faults, view_faults
from sandbox.chain.asked import Asked
from sandbox.chain.fault import Fault
from sandbox.chain.rpc_errors import (
    InvalidParamsError,
    InvalidRequestError,
    MethodNotFoundError,
    RpcError,
    ServerError,
)

Refusal: TypeAlias = Callable[[Asked, Fault], RpcError | None]
Envelope: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
BatchFault: TypeAlias = Callable[[list[Any], Fault], Any]

_ABOUT_THE_NODE = frozenset(
    {"eth_chainId", "eth_blockNumber", "eth_syncing", "net_version", "web3_clientVersion"}
)


class _AnyCodeError(RpcError):
    """An error whose code is chosen."""

    def __init__(self, message: str, code: float) -> None:
        super().__init__(message)
        self._code = int(code)

    def as_json(self) -> dict[str, Any]:
        return {"code": self._code, "message": self.message}


def _no_block_receipts(asked: Asked, _: Fault) -> RpcError | None:
    return MethodNotFoundError(asked.method) if asked.method == "eth_getBlockReceipts" else None


def _filtered_only(asked: Asked, _: Fault) -> RpcError | None:
    wanted = asked.params[0] if asked.params else None
    if asked.method != "eth_getLogs" or not isinstance(wanted, dict):
        return None
    if wanted.get("address") or any(wanted.get("topics") or ()):
        return None
    return InvalidParamsError("please specify an address or topics in your request")


def _header_not_found(asked: Asked, _: Fault) -> RpcError | None:
    return None if asked.method in _ABOUT_THE_NODE else ServerError("header not found")


REFUSALS: Mapping[str, Refusal] = {
    "unsupported": lambda asked, _: MethodNotFoundError(asked.method),
    "no_block_receipts": _no_block_receipts,
    "filtered_logs_only": _filtered_only,
    "rate_limit": lambda _, fault: _AnyCodeError(
        "daily request count exceeded, request rate limited", fault.number("code", -32005)
    ),
    "error_object": lambda _, fault: _AnyCodeError(
        str(fault.params.get("message", "internal error")), fault.number("code", -32603)
    ),
    "header_not_found": _header_not_found,
}

ENVELOPES: Mapping[str, Envelope] = {
    "wrong_id": lambda answer: {**answer, "id": 987_654_321},
}

BATCHES: Mapping[str, BatchFault] = {
    "no_batches": lambda _answers, _fault: {
        "jsonrpc": "2.0",
        "id": None,
        "error": InvalidRequestError("batch requests are not supported").as_json(),
    },
    "shuffled_batch": lambda answers, _: answers[::-1],
    "partial_batch": log_faults.share,
}

NAMES = frozenset({*view_faults.NAMES, *REFUSALS, *result_faults.NAMES, *ENVELOPES, *BATCHES})


def refusal(asked: Asked, faults: tuple[Fault, ...]) -> RpcError | None:
    """The error that stands in for a result, if a fault asks for one."""
    for fault in faults:
        if fault.name in REFUSALS and fault.strikes(frozenset({asked.method})):
            refused = REFUSALS[fault.name](asked, fault)
            if refused is not None:
                return refused
    return None


def spoiled(asked: Asked, result: Any, faults: tuple[Fault, ...]) -> Any:
    """The result after the faults that change it; what was null stays null."""
    for fault in faults:
        methods, change = result_faults.ROWS.get(fault.name, (frozenset(), None))
        if change is None or result is None or asked.method not in methods:
            continue
        if fault.strikes(frozenset({asked.method})):
            plain = msgspec.json.decode(result) if isinstance(result, msgspec.Raw) else result
            result = change(asked, plain, fault)
    return result


def enveloped(method: str, answer: dict[str, Any], faults: tuple[Fault, ...]) -> dict[str, Any]:
    """One call's whole answer."""
    for fault in faults:
        if fault.name in ENVELOPES and fault.strikes(frozenset({method})):
            answer = ENVELOPES[fault.name](answer)
    return answer


def batched(answers: list[Any], faults: tuple[Fault, ...]) -> Any:
    """A batch's whole answer."""
    told: Any = answers
    for fault in faults:
        if fault.name in BATCHES and isinstance(told, list):
            told = BATCHES[fault.name](told, fault)
    return told
