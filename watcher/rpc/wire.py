"""JSON-RPC 2.0 on the wire: requests out, answers in, each answer matched to its question by id.

Results stay raw JSON: whoever asked decodes them with the type that was asked for. Whatever
the bytes are, reading them raises nothing but errors of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from watcher.rpc.classify import error_from
from watcher.rpc.errors import (
    GarbledAnswer,
    LegitimateAnswer,
    MethodUnsupported,
    MismatchedAnswer,
    RpcError,
)

T = TypeVar("T")
Item: TypeAlias = msgspec.Raw | LegitimateAnswer
"""One answer of a batch: a result, or the error that is the answer."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""what decoding bytes raises when they are not the JSON that was asked for"""
LONGEST_ERROR = 1024 * 1024
_ABSENT = msgspec.Raw()
_NULL = b"null"
_SMALL_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,16}")


class Call(NamedTuple):
    """One question. A plain `(method, params)` does as well wherever calls are taken.

    `type` is what the result is decoded as, anything that msgspec can decode."""

    method: str
    params: Sequence[Any] = ()
    type: Any = msgspec.Raw


class _Request(msgspec.Struct):
    id: int
    method: str
    params: Sequence[Any]
    jsonrpc: str = "2.0"


class Response(msgspec.Struct, Generic[T]):
    """One answer as it comes, its result decoded as whatever T is."""

    id: int | str | None = None
    result: T = _ABSENT  # type: ignore[assignment]
    error: msgspec.Raw = _ABSENT

    @property
    def has_error(self) -> bool:
        return len(self.error) > 0 and bytes(self.error) != _NULL


RawResponse: TypeAlias = Response[msgspec.Raw]


def encode_call(number: int, call: Call) -> bytes:
    """A single request with the given id."""
    return msgspec.json.encode(_Request(number, call.method, call.params))


def encode_batch(first: int, calls: Sequence[Call]) -> bytes:
    """A batch whose ids count up from `first`."""
    return msgspec.json.encode(
        [_Request(number, c.method, c.params) for number, c in enumerate(calls, start=first)]
    )


def read_call(body: bytes, number: int) -> msgspec.Raw:
    """The raw result of a single request. Raises an error of the tree."""
    return result_of(decode(body, RawResponse), number)


def result_of(response: Response[T], number: int) -> T:
    """The result of a single request. Raises an error of the tree."""
    # A node that could not even read the id answers with null.
    if response.id != number and not (response.id is None and response.has_error):
        raise MismatchedAnswer(f"the answer to request {number} has another id")
    return _result(response)


def read_batch(body: bytes, first: int, count: int) -> list[Item]:
    """The answers to a batch, in the order of its questions. Raises an error of the tree."""
    if body.lstrip()[:1] != b"{":
        return in_order(decode(body, list[RawResponse]), first, count)
    return in_order([decode(body, RawResponse)], first, count)


def in_order(
    responses: Sequence[Response[T]], first: int, count: int
) -> list[T | LegitimateAnswer]:
    """The results in the order of the questions, however they came. As `read_batch` otherwise."""
    _refuse_whole(responses)
    items: dict[int, T | LegitimateAnswer] = {}
    for response in responses:
        number = response.id
        if not isinstance(number, int) or not first <= number < first + count:
            raise MismatchedAnswer("a batch was answered with an id that was not asked for")
        if number in items:
            raise MismatchedAnswer(f"a batch was answered twice under id {number}")
        try:
            items[number] = _result(response)
        except LegitimateAnswer as answer:
            items[number] = answer
    if len(items) != count:
        raise MismatchedAnswer(f"a batch of {count} got {len(items)} answers")
    return [items[number] for number in range(first, first + count)]


def error_in(body: bytes) -> RpcError | None:
    """The error object in a body that came with a bad HTTP status, if there is one in a size that
    is read in no time."""
    if len(body) > LONGEST_ERROR:
        return None
    try:
        response = decode(body, RawResponse)
    except GarbledAnswer:
        return None
    return _error(response) if response.has_error else None


def decode(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode JSON as a type. Raises GarbledAnswer."""
    problem = None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        problem = f"JSON of another shape than asked for: {error}"
    except UNREADABLE:
        problem = _describe(bytes(raw))
    raise GarbledAnswer(problem)


def small_number(text: str) -> int:
    """A quantity of up to 64 bits. Raises GarbledAnswer."""
    if not _SMALL_NUMBER.fullmatch(text):
        raise GarbledAnswer("a number was asked for, and the answer is none")
    return int(text, 16)


def _refuse_whole(responses: Sequence[Response[Any]]) -> None:
    """Raises what a node says of a batch as such."""
    for response in responses:
        if response.id is None and response.has_error:
            error = _error(response)
            if isinstance(error, LegitimateAnswer):
                raise MethodUnsupported(f"the batch as a whole was answered: {error}")
            raise error


def _result(response: Response[T]) -> T:
    if response.has_error:
        raise _error(response)
    if response.result is _ABSENT:
        raise GarbledAnswer("an answer with neither result nor error")
    return response.result


class _ErrorObject(msgspec.Struct):
    code: Any = None
    message: Any = None
    data: Any = None


def _error(response: Response[Any]) -> RpcError:
    either: Any = _ErrorObject | str
    try:
        told = decode(response.error, either)
    except GarbledAnswer as error:
        return error
    if isinstance(told, str):
        return error_from(None, told)
    return error_from(told.code, told.message, told.data)


def _describe(body: bytes) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "an empty answer"
    if start == b"<":
        return "HTML instead of JSON"
    return "the answer is not JSON, or cut off"
