"""JSON-RPC errors as geth words them.

RpcError
├── ParseFailedError      -32700
├── InvalidRequestError   -32600
├── MethodNotFoundError   -32601
├── InvalidParamsError    -32602
├── LimitExceededError    -32005
├── ServerError           -32000
└── ExecutionRevertedError  3, with the returned data
"""

from __future__ import annotations

from typing import Any, ClassVar


class RpcError(Exception):
    """An error object; `data` goes along where it is not None."""

    code: ClassVar[int] = -32603

    def __init__(self, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The `error` member of an answer."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


class ParseFailedError(RpcError):
    """The body is no JSON."""

    code = -32700


class InvalidRequestError(RpcError):
    """JSON, but no request."""

    code = -32600


class MethodNotFoundError(RpcError):
    """The node has no such method."""

    code = -32601

    def __init__(self, method: str) -> None:
        super().__init__(f"the method {method} does not exist/is not available")


class InvalidParamsError(RpcError):
    """Parameters that do not fit."""

    code = -32602


class LimitExceededError(RpcError):
    """Too much, or too often."""

    code = -32005


class ServerError(RpcError):
    """What geth has no code of its own for, such as `header not found`."""

    code = -32000


class ExecutionRevertedError(RpcError):
    """A call that reverted."""

    code = 3
