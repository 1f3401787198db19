"""A key inside a node's URL is never said: not by errors, snapshots, events or tracebacks."""

from __future__ import annotations

import base64
import traceback
from typing import Any

import pytest
from aiohttp import web

from watcher.rpc.errors import AllNodesFailed, RpcError, UntrueAnswer
from watcher.rpc.events import RpcEvent
from watcher.rpc.pool import Pool

from .conftest import OpenPool
from .naughty import Misbehave, NaughtyNode, errs, says

PATH, QUERY, USER, WORD = "PATHKEY0123456789", "QUERYKEY012345678", "USERKEY01234", "WORDKEY01234"
BASIC = base64.b64encode(f"{USER}:{WORD}".encode()).decode()
SECRETS = (PATH, QUERY, USER, WORD, BASIC)


def keyed(url: str) -> str:
    scheme, host = url.split("://")
    return f"{scheme}://{USER}:{WORD}@{host}/v2/{PATH}?token={QUERY}"


def assert_silent(*shown: Any) -> None:
    for thing in shown:
        for secret in SECRETS:
            assert secret.lower() not in f"{thing!s} {thing!r}".lower()


async def echoes(request: web.Request, asked: Any) -> web.StreamResponse:
    """A node that repeats everything it was sent in its error."""
    told = f"bad key in {request.rel_url} with {request.headers['Authorization']}: {SECRETS}"
    return web.json_response({"id": asked["id"], "error": {"code": -32000, "message": told}})


async def redirects(request: web.Request, asked: Any) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": f"http://127.0.0.1:1/{PATH}"})


@pytest.mark.parametrize(
    "misbehave",
    [
        echoes,
        redirects,
        errs(3, f"execution reverted {PATH}", data=f"{PATH}"),
        errs(-32005, f"{USER}:{WORD} is too fast"),
        says(f"{PATH} {QUERY}", 401),
        says(f"<html>{PATH}</html>"),
        says(f'{{"id":2,"result":"{PATH}"}}'),
        says(f'{{"{PATH}":'),
        says(PATH, 500),
        says(b"", 200, Content_Encoding=PATH),
        says("", 429, Retry_After=PATH),
    ],
)
async def test_a_node_that_repeats_its_key_is_not_quoted(
    misbehave: Misbehave, node: NaughtyNode, open_pool: OpenPool, events: list[RpcEvent]
) -> None:
    # given a node with keys in every place, which says them back
    node.misbehave = misbehave
    pool = await open_pool(keyed(node.url))

    # when a call to it fails
    with pytest.raises(RpcError) as raised:
        await pool.call("eth_gasPrice", type=int, rounds=2)

    # then nothing that anybody may log holds one
    error = raised.value
    assert_silent(error, error.args, *pool.nodes, *events)
    assert_silent("".join(traceback.format_exception(error)))
    if isinstance(error, AllNodesFailed):
        assert_silent(*error.reasons.values(), *error.reasons)
    assert pool.nodes[0].name == node.url


async def test_a_refused_connection_does_not_say_where_to(
    refused_url: str, open_pool: OpenPool, events: list[RpcEvent]
) -> None:
    pool = await open_pool(keyed(refused_url))

    with pytest.raises(AllNodesFailed) as raised:
        await pool.call("eth_gasPrice", rounds=1)

    assert_silent(raised.value, *pool.nodes, *events)
    assert_silent("".join(traceback.format_exception(raised.value)))
    for reason in raised.value.reasons.values():
        assert reason.__context__ is None
        assert reason.__cause__ is None


async def test_a_reported_lie_is_scrubbed_too(
    node: NaughtyNode, open_pool: OpenPool, events: list[RpcEvent]
) -> None:
    pool = await open_pool(keyed(node.url))

    pool.report(pool.nodes[0].name, UntrueAnswer(f"a name that says {PATH}"))

    assert events
    assert_silent(*events, *pool.nodes)


def test_a_pool_of_bad_urls_does_not_repeat_them() -> None:
    with pytest.raises(ValueError, match="malformed") as raised:
        Pool("ethereum", 1, [f"https://{USER}:{WORD}@node.example:{PATH}/"])

    assert_silent(raised.value, "".join(traceback.format_exception(raised.value)))
