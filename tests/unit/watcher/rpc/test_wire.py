"""JSON-RPC answers are matched to their questions, whatever the bytes are."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc import wire
from watcher.rpc.errors import (
    BlockUnavailable,
    CallReverted,
    GarbledAnswer,
    MethodUnsupported,
    MismatchedAnswer,
    RateLimited,
    RpcError,
    UnexplainedError,
)
from watcher.rpc.wire import Call


def ok(number: Any, result: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def bad(number: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def packed(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_a_call_is_encoded_as_the_protocol_says() -> None:
    assert json.loads(wire.encode_call(7, Call("eth_call", [{"to": "0x"}, "latest"]))) == {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "eth_call",
        "params": [{"to": "0x"}, "latest"],
    }


def test_a_batch_counts_its_ids_up() -> None:
    sent = json.loads(wire.encode_batch(5, [Call("a"), Call("b", [1])]))

    assert [(call["id"], call["method"], call["params"]) for call in sent] == [
        (5, "a", []),
        (6, "b", [1]),
    ]


def test_a_result_stays_raw() -> None:
    result = wire.read_call(packed(ok(1, {"deep": [1, 2]})), 1)

    assert wire.decode(result, dict[str, list[int]]) == {"deep": [1, 2]}


def test_a_null_result_is_a_result() -> None:
    assert wire.decode(wire.read_call(packed(ok(1, None)), 1), type(None)) is None


def test_a_null_error_beside_a_result_is_none() -> None:
    assert bytes(wire.read_call(packed({**ok(1, "0x1"), "error": None}), 1)) == b'"0x1"'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", GarbledAnswer),
        (b"<html>busy</html>", GarbledAnswer),
        (b'"a bare string"', GarbledAnswer),
        (b"null", GarbledAnswer),
        (b"[]", GarbledAnswer),
        (b'{"jsonrpc":"2.0","id":1,"resu', GarbledAnswer),
        (b'{"jsonrpc":"2.0","id":1}', GarbledAnswer),
        (b'{"id":1.0,"result":1}', GarbledAnswer),
        (b'{"id":true,"result":1}', GarbledAnswer),
        (b'{"id":1,"result":' + b"[" * 100_000, GarbledAnswer),
        (b'{"id":1,"error":' + b'{"a":' * 100_000, GarbledAnswer),
        (b'{"id":1,"error":[1]}', GarbledAnswer),
        (packed(ok(2, "0x1")), MismatchedAnswer),
        (packed(ok("1", "0x1")), MismatchedAnswer),
        (packed(ok(None, "0x1")), MismatchedAnswer),
        (packed({"result": "0x1"}), MismatchedAnswer),
        (packed(bad(2, -32000, "header not found")), MismatchedAnswer),
        (packed(bad(1, -32000, "header not found")), BlockUnavailable),
        (packed(bad(None, -32005, "slow")), RateLimited),
        (packed({"id": 1, "error": "rate limit reached"}), RateLimited),
        (packed({"id": 1, "error": {}}), UnexplainedError),
        (packed({**bad(1, 3, "execution reverted"), "result": None}), CallReverted),
    ],
)
def test_a_bad_answer_is_told_apart(body: bytes, kind: type[RpcError]) -> None:
    with pytest.raises(RpcError) as raised:
        wire.read_call(body, 1)

    assert type(raised.value) is kind


def test_a_batch_is_put_back_in_order() -> None:
    body = packed([ok(7, "c"), ok(5, "a"), ok(6, "b")])

    items = wire.read_batch(body, 5, 3)

    assert [bytes(item) for item in items if isinstance(item, msgspec.Raw)] == [
        b'"a"',
        b'"b"',
        b'"c"',
    ]


def test_a_revert_stands_in_its_place_among_the_items() -> None:
    items = wire.read_batch(packed([bad(6, 3, "execution reverted"), ok(5, "a")]), 5, 2)

    assert isinstance(items[0], msgspec.Raw)
    assert isinstance(items[1], CallReverted)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([ok(5, "a")], MismatchedAnswer),
        ([], MismatchedAnswer),
        ([ok(5, "a"), ok(5, "a")], MismatchedAnswer),
        ([ok(5, "a"), ok(7, "c")], MismatchedAnswer),
        ([ok(5, "a"), ok("6", "b")], MismatchedAnswer),
        ([ok(5, "a"), ok(6, "b"), ok(7, "c")], MismatchedAnswer),
        ([ok(5, "a"), bad(6, -32000, "header not found")], BlockUnavailable),
        ([ok(5, "a"), bad(None, -32005, "slow")], RateLimited),
        ([ok(5, "a"), "b"], GarbledAnswer),
        (bad(None, -32601, "batches are not supported"), MethodUnsupported),
        (bad(None, 3, "execution reverted"), MethodUnsupported),
        (bad(None, -32005, "slow"), RateLimited),
        (ok(5, "a"), MismatchedAnswer),
        ("too busy", GarbledAnswer),
    ],
)
def test_a_bad_batch_is_told_apart(answers: Any, kind: type[RpcError]) -> None:
    with pytest.raises(RpcError) as raised:
        wire.read_batch(packed(answers), 5, 2)

    assert type(raised.value) is kind


def test_nobody_reads_megabytes_of_an_error() -> None:
    answer = {**ok(1, "a"), **bad(1, -32005, "slow"), "more": "x" * 2**21}
    assert wire.error_in(packed(answer)) is None


def test_an_error_in_a_bad_statuss_body_is_found() -> None:
    assert isinstance(wire.error_in(packed(bad(1, -32005, "slow"))), RateLimited)
    assert wire.error_in(packed(ok(1, "a"))) is None
    assert wire.error_in(b"<html>") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "result", "error", "code", "message", "data", "x"]), inner
        )
    ),
    max_leaves=12,
)
bodies = st.binary() | json_values.map(packed)


@given(bodies)
def test_any_bytes_are_an_answer_or_an_error_of_the_tree(body: bytes) -> None:
    try:
        result = wire.read_call(body, 1)
        wire.decode(result, str)
    except RpcError as error:
        error.at("node", str)


@given(bodies)
def test_any_bytes_are_a_batch_or_an_error_of_the_tree(body: bytes) -> None:
    try:
        items = wire.read_batch(body, 1, 2)
    except RpcError:
        return
    assert len(items) == 2


@given(st.permutations([ok(n, n) for n in range(1, 6)]), st.data())
def test_a_batch_that_lost_or_doubled_an_answer_never_passes(
    answers: list[dict[str, Any]], data: st.DataObject
) -> None:
    assert [json.loads(bytes(i)) for i in wire.read_batch(packed(answers), 1, 5)] == [  # type: ignore[arg-type]
        1,
        2,
        3,
        4,
        5,
    ]
    place = data.draw(st.integers(0, 4))
    without = answers[:place] + answers[place + 1 :]
    twice = [*answers, answers[place]]
    instead = [*without, answers[(place + 1) % 5]]

    for broken in (without, twice, instead):
        with pytest.raises(MismatchedAnswer):
            wire.read_batch(packed(broken), 1, 5)
