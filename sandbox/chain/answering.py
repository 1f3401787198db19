"""From a request body to an answer body: single calls and batches, as JSON-RPC 2.0 wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from sandbox.chain import answer_faults
from sandbox.chain.asked import Asked
from sandbox.chain.fault import Fault
from sandbox.chain.methods import METHODS
from sandbox.chain.rpc_errors import (
    InvalidParamsError,
    InvalidRequestError,
    MethodNotFoundError,
    ParseFailedError,
    RpcError,
)
from sandbox.chain.view import View

MOST_CALLS = 1000


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed body: the calls, whether they came as a batch, or why there are none."""

    calls: tuple[Any, ...] = ()
    batch: bool = False
    error: RpcError | None = None

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Never raises: what is wrong is in `error`."""
        try:
            parsed = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return cls(error=ParseFailedError("parse error"))
        if not isinstance(parsed, list):
            return cls((parsed,))
        if not parsed:
            return cls(error=InvalidRequestError("empty batch"))
        if len(parsed) > MOST_CALLS:
            return cls(error=InvalidRequestError("batch too large"))
        return cls(tuple(parsed), batch=True)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that are called, in order."""
        return tuple(
            call["method"]
            for call in self.calls
            if isinstance(call, dict) and isinstance(call.get("method"), str)
        )


def answer(request: Request, view: View, faults: tuple[Fault, ...]) -> bytes:
    """The answer's body."""
    if request.error:
        return msgspec.json.encode(_failed(None, request.error))
    if request.batch:
        answers = [_answer_one(call, view, faults) for call in request.calls]
        return msgspec.json.encode(answer_faults.batched(answers, faults))
    return msgspec.json.encode(_answer_one(request.calls[0], view, faults))


def _answer_one(call: Any, view: View, faults: tuple[Fault, ...]) -> dict[str, Any]:
    if not isinstance(call, dict) or not isinstance(call.get("method"), str):
        return _failed(None, InvalidRequestError("invalid request"))
    method = call["method"]
    try:
        made = {"jsonrpc": "2.0", "id": call.get("id"), "result": _result(call, view, faults)}
    except RpcError as error:
        made = _failed(call.get("id"), error)
    return answer_faults.enveloped(method, made, faults)


def _result(call: dict[str, Any], view: View, faults: tuple[Fault, ...]) -> Any:
    method, params = call["method"], call.get("params", [])
    asked = Asked(view, method, params if isinstance(params, list) else [])
    refused = answer_faults.refusal(asked, faults)
    if refused is not None:
        raise refused
    function = METHODS.get(method)
    if function is None:
        raise MethodNotFoundError(method)
    if not isinstance(params, list):
        raise InvalidParamsError("non-array args")
    return answer_faults.spoiled(asked, function(view, params), faults)


def _failed(call_id: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call_id, "error": error.as_json()}
