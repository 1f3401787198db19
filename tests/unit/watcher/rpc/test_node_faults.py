"""Everything that a node can do wrong on the wire, done by a real server, is told apart."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from watcher.rpc.breaker import State
from watcher.rpc.errors import (
    AllNodesFailed,
    BadStatus,
    BlockUnavailable,
    CallReverted,
    GarbledAnswer,
    MethodUnsupported,
    MismatchedAnswer,
    NodeErred,
    NodeRefused,
    OversizedAnswer,
    RateLimited,
    RequestTooLarge,
    RpcError,
    TimedOut,
    Unreachable,
    WrongChain,
)
from watcher.rpc.snapshot import Standing

from .conftest import OpenPool
from .naughty import Misbehave, NaughtyNode, errs, replies, says

LIMIT = 200_000


async def hangs(request: web.Request, asked: Any) -> web.StreamResponse:
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits so long")


async def drips(request: web.Request, asked: Any) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def stops(request: web.Request, asked: Any) -> web.StreamResponse:
    """Promise more than comes, and keep the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(good(asked))
    await asyncio.sleep(3600)
    return response


async def drips_headers(request: web.Request, asked: Any) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        request.transport.write(b"X-Drop: x\r\n")
        await asyncio.sleep(0.05)


async def breaks_off(request: web.Request, asked: Any) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"jsonrpc":')
    assert request.transport is not None
    request.transport.close()
    return response


async def hangs_up(request: web.Request, asked: Any) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def promises_too_much(request: web.Request, asked: Any) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(500_000_000)})
    await response.prepare(request)
    await asyncio.sleep(3600)
    return response


async def streams_without_end(request: web.Request, asked: Any) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 65536)


def good(asked: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": "0x1"}).encode()


def packed(pack: Callable[[bytes], bytes], encoding: str) -> Misbehave:
    async def misbehave(request: web.Request, asked: Any) -> web.StreamResponse:
        return web.Response(body=pack(good(asked)), headers={"Content-Encoding": encoding})

    return misbehave


FAULTS: dict[str, tuple[Misbehave, type[RpcError]]] = {
    "hang": (hangs, TimedOut),
    "slow drip": (drips, TimedOut),
    "slow drip of headers": (drips_headers, TimedOut),
    "short body, and silence": (stops, TimedOut),
    "hang up": (hangs_up, Unreachable),
    "short body": (breaks_off, GarbledAnswer),
    "429": (says("", 429), RateLimited),
    "429 with error object": (errs(429, "compute units", 429), RateLimited),
    "-32005": (errs(-32005, "limit exceeded"), RateLimited),
    "-32016": (errs(-32016, "over rate limit"), RateLimited),
    "401": (says("Must be authenticated!", 401), NodeRefused),
    "403": (says("<html>Forbidden</html>", 403), NodeRefused),
    "403 for an old block": (errs(-32602, "Archive requests need a token", 403), BlockUnavailable),
    "404": (says("not here", 404), BadStatus),
    "500": (says("oops", 500), BadStatus),
    "502": (says("<html>Bad Gateway</html>", 502), BadStatus),
    "503": (says("", 503), BadStatus),
    "redirect": (says("", 302, Location="http://127.0.0.1:1/"), BadStatus),
    "413": (says("", 413), RequestTooLarge),
    "HTML with 200": (says("<html>Just a moment…</html>"), GarbledAnswer),
    "bare string": (says('"too busy"'), GarbledAnswer),
    "plain text": (says("too busy"), GarbledAnswer),
    "empty body": (says(""), GarbledAnswer),
    "truncated JSON": (says('{"jsonrpc":"2.0","id":2,"result":{"num'), GarbledAnswer),
    "bad gzip": (says(b"no gzip", Content_Encoding="gzip"), GarbledAnswer),
    "truncated gzip": (packed(lambda b: gzip.compress(b)[:-6], "gzip"), GarbledAnswer),
    "unasked encoding": (says(b"x", Content_Encoding="br"), GarbledAnswer),
    "gzip bomb": (
        says(gzip.compress(bytes(LIMIT * 100)), Content_Encoding="gzip"),
        OversizedAnswer,
    ),
    "oversize body": (says(bytes(LIMIT + 1)), OversizedAnswer),
    "a promised 500 MB": (promises_too_much, OversizedAnswer),
    "endless body": (streams_without_end, OversizedAnswer),
    "wrong id": (replies(lambda asked: {"id": asked["id"] + 1, "result": "0x1"}), MismatchedAnswer),
    "id as text": (replies(lambda a: {"id": str(a["id"]), "result": "0x1"}), MismatchedAnswer),
    "no id": (replies(lambda asked: {"result": "0x1"}), MismatchedAnswer),
    "another type": (replies(lambda asked: {"id": asked["id"], "result": {}}), GarbledAnswer),
    "internal error": (errs(-32603, "Internal error"), NodeErred),
    "no such method": (errs(-32601, "Method not found"), MethodUnsupported),
    "lagging": (errs(-32000, "header not found"), BlockUnavailable),
    "revert with 500": (errs(3, "execution reverted", 500), CallReverted),
    "revert": (errs(3, "execution reverted", data="0x08"), CallReverted),
}
ANSWERS = {CallReverted}


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_a_fault_is_told_apart(fault: str, node: NaughtyNode, open_pool: OpenPool) -> None:
    # given a lone node with that fault
    node.misbehave, kind = FAULTS[fault]
    slow = kind is TimedOut
    pool = await open_pool(node.url, answer_limit=LIMIT, timeout=0.5 if slow else 10.0)

    # when it is asked
    with pytest.raises(RpcError) as raised:
        await pool.call("eth_gasPrice", type=str, rounds=1)

    # then the error says what it was, and where
    error = raised.value
    if isinstance(error, AllNodesFailed):
        error = error.reasons[node.url]
    assert type(error) is kind
    assert error.node == node.url
    assert error.text


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_the_next_node_answers_in_its_place(
    fault: str, node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    # given a node with that fault before an honest one
    node.misbehave, kind = FAULTS[fault]
    slow = kind is TimedOut
    pool = await open_pool(node.url, other.url, answer_limit=LIMIT, timeout=0.5 if slow else 10.0)

    # when the pool is asked, then a revert is the answer, and all else goes to the honest node
    if kind in ANSWERS:
        with pytest.raises(CallReverted):
            await pool.call("eth_gasPrice", type=str)
        assert other.seen == []
    else:
        answer = await pool.call("eth_gasPrice", type=str)
        assert (answer.value, answer.node) == ("eth_gasPrice", other.url)


async def test_a_refused_connection_is_told_apart(refused_url: str, open_pool: OpenPool) -> None:
    pool = await open_pool(refused_url)

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("eth_gasPrice", rounds=1)

    assert type(raised.value.reasons[refused_url]) is Unreachable


@pytest.mark.parametrize(
    ("pack", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (bytes, "identity")]
)
async def test_compressed_answers_are_read(
    pack: Callable[[bytes], bytes], encoding: str, node: NaughtyNode, open_pool: OpenPool
) -> None:
    node.misbehave = packed(pack, encoding)
    pool = await open_pool(node.url)

    answer = await pool.call("eth_gasPrice", type=str)

    assert answer.value == "0x1"


async def test_a_node_of_another_chain_is_never_asked_anything_else(
    node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    # given a node that serves another chain
    node.chain_id = 56
    pool = await open_pool(node.url, other.url)

    # when the pool is asked twice
    for _ in range(2):
        answer = await pool.call("eth_gasPrice", type=str)
        assert answer.node == other.url

    # then it was asked for its chain once, and is set aside
    assert node.seen == ["eth_chainId"]
    assert pool.nodes[0].state is Standing.QUARANTINED
    assert pool.nodes[0].quarantined == "it serves chain 56 and not 1"
    assert pool.nodes[0].breaker is State.CLOSED
    assert pool.nodes[0].last_error == f"{WrongChain.__name__}: it serves chain 56 and not 1"


@pytest.mark.parametrize(
    "misbehave",
    [
        errs(-32601, "Method not found"),
        errs(3, "execution reverted"),
        replies(lambda asked: {"id": asked["id"], "result": "ethereum"}),
        replies(lambda asked: {"id": asked["id"], "result": None}),
    ],
)
async def test_a_node_that_does_not_tell_its_chain_is_at_fault(
    misbehave: Misbehave, node: NaughtyNode, open_pool: OpenPool
) -> None:
    node.misbehave, node.misbehaves_on_chain_id = misbehave, True
    pool = await open_pool(node.url)

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("eth_gasPrice", rounds=1)

    assert type(raised.value.reasons[node.url]) is GarbledAnswer
    assert set(node.seen) == {"eth_chainId"}


BATCHES: dict[str, tuple[Misbehave, type[RpcError]]] = {
    "in part": (replies(lambda asked: [{"id": asked[0]["id"], "result": 1}]), MismatchedAnswer),
    "one twice": (
        replies(lambda asked: [{"id": asked[0]["id"], "result": 1}] * len(asked)),
        MismatchedAnswer,
    ),
    "a single error object": (errs(-32005, "limit exceeded"), RateLimited),
    "refused as such": (errs(-32600, "batch size exceeds the limit"), RequestTooLarge),
    "a single result": (replies(lambda asked: {"id": 1, "result": 1}), MismatchedAnswer),
    "one lagging": (
        replies(
            lambda asked: [
                {"id": asked[0]["id"], "result": 1},
                {"id": asked[1]["id"], "error": {"code": -32000, "message": "header not found"}},
            ]
        ),
        BlockUnavailable,
    ),
}


async def test_a_batch_out_of_order_is_no_fault(node: NaughtyNode, open_pool: OpenPool) -> None:
    node.misbehave = replies(lambda asked: [node.answer(call) for call in reversed(asked)])
    pool = await open_pool(node.url)

    answer = await pool.batch([("first", []), ("second", []), ("third", [])])

    assert [json.loads(bytes(item)) for item in answer.value] == ["first", "second", "third"]
    assert pool.nodes[0].faults == 0


@pytest.mark.parametrize("fault", sorted(BATCHES))
async def test_a_bad_batch_is_answered_whole_by_the_next_node(
    fault: str, node: NaughtyNode, other: NaughtyNode, open_pool: OpenPool
) -> None:
    # given a node that answers batches badly before an honest one
    node.misbehave, kind = BATCHES[fault]
    pool = await open_pool(node.url, other.url)

    # when a batch is asked
    answer = await pool.batch([("first", []), ("second", [])])

    # then every item is the honest node's
    assert [json.loads(bytes(item)) for item in answer.value] == ["first", "second"]
    assert answer.node == other.url
    assert (pool.nodes[0].last_error or "").startswith(kind.__name__)
