"""Faults of the transport: what reaches the client is late, cut, or no JSON-RPC at all.

Each is one row of a table: a function of the exchange that answers it, or answers None to let it
go on (after a delay, for instance), so that several can be on at once. `down` is the listener's
own: nobody answers.

down                      connections are refused
hang                      accepts and never answers
slow(seconds=2)           answers late
drip(seconds=5, parts=10) answers in small pieces over that time
reset                     closes the connection instead of answering
status(code=500, body=…)  that HTTP status
too_many(retry_after=…)   429, with Retry-After if given
forbidden(code=403)       401 or 403 with a JSON body
html                      200 with a web page
bare_string(text=…)       200 with a JSON string
empty_body                200 with nothing
truncated(keep=50)        only so many percent of the answer's bytes
short_body(keep=50)       likewise, under the Content-Length of all of them
bad_gzip                  the answer's bytes, said to be compressed
oversized(megabytes=500)  an endless answer
bomb(megabytes=500)       … compressed to a two-hundredth of it
clock_skew(seconds=3600)  the right answer, with a Date header so far ahead
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import TypeAlias

from aiohttp import web

from sandbox.chain.fault import Fault
from sandbox.chain.listener import json_body

DOWN = "down"
_MEGABYTE = b"0" * (1 << 20)
_OPENING, _CLOSING = b'{"jsonrpc":"2.0","id":1,"result":"0x', b'"}'
_GZIP = 31
_PAGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><h1>Checking your browser</h1></body></html>"
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request: `answer` makes the true body, `healed` is set when faults change."""

    request: web.Request
    answer: Callable[[], bytes]
    healed: asyncio.Event


TransportFault: TypeAlias = Callable[[Exchange, Fault], Awaitable[web.StreamResponse | None]]


async def _hang(exchange: Exchange, _: Fault) -> web.StreamResponse | None:
    await exchange.healed.wait()
    return await _reset(exchange, _)


async def _reset(exchange: Exchange, _: Fault) -> web.StreamResponse | None:
    if exchange.request.transport is not None:
        exchange.request.transport.abort()
    return web.Response()


async def _slow(_: Exchange, fault: Fault) -> web.StreamResponse | None:
    await asyncio.sleep(fault.number("seconds", 2))
    return None


async def _drip(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    body = exchange.answer()
    parts = max(1, int(fault.number("parts", 10)))
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(exchange.request)
    size = max(1, -(-len(body) // parts))
    for start in range(0, len(body), size):
        await asyncio.sleep(fault.number("seconds", 5) / parts)
        await response.write(body[start : start + size])
    await response.write_eof()
    return response


async def _status(_: Exchange, fault: Fault) -> web.StreamResponse | None:
    return web.Response(
        status=int(fault.number("code", 500)), text=str(fault.params.get("body", "upstream failed"))
    )


async def _too_many(_: Exchange, fault: Fault) -> web.StreamResponse | None:
    wait = fault.params.get("retry_after")
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return web.Response(status=429, headers=headers, text="Too Many Requests")


async def _forbidden(_: Exchange, fault: Fault) -> web.StreamResponse | None:
    return web.json_response({"error": "API key is missing"}, status=int(fault.number("code", 403)))


async def _html(_: Exchange, _fault: Fault) -> web.StreamResponse | None:
    return web.Response(text=_PAGE, content_type="text/html")


async def _empty_body(_: Exchange, _fault: Fault) -> web.StreamResponse | None:
    return web.Response(content_type="application/json")


async def _truncated(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    body = exchange.answer()
    keep = len(body) * int(fault.number("keep", 50)) // 100
    return web.Response(body=body[:keep], content_type="application/json")


async def _bare_string(_: Exchange, fault: Fault) -> web.StreamResponse | None:
    text = str(fault.params.get("text", "upstream request timeout"))
    return web.Response(body=json.dumps(text).encode(), content_type="application/json")


async def _short_body(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    body = exchange.answer()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(exchange.request)
    await response.write(body[: len(body) * int(fault.number("keep", 50)) // 100])
    return await _reset(exchange, fault)


async def _bad_gzip(exchange: Exchange, _: Fault) -> web.StreamResponse | None:
    headers = {"Content-Encoding": "gzip"}
    return web.Response(body=exchange.answer(), content_type="application/json", headers=headers)


async def _streamed(
    exchange: Exchange, parts: Iterator[bytes], headers: Mapping[str, str]
) -> web.StreamResponse:
    """Without ever holding it all."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", **headers})
    await response.prepare(exchange.request)
    for part in parts:
        if part:
            await response.write(part)
        await asyncio.sleep(0)
    await response.write_eof()
    return response


def _endless(fault: Fault) -> Iterator[bytes]:
    yield _OPENING
    for _ in range(int(fault.number("megabytes", 500))):
        yield _MEGABYTE
    yield _CLOSING


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, wbits=_GZIP)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


async def _oversized(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    return await _streamed(exchange, _endless(fault), {})


async def _bomb(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    return await _streamed(exchange, _packed(_endless(fault)), {"Content-Encoding": "gzip"})


async def _clock_skew(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    response = json_body(exchange.request, exchange.answer())
    response.headers["Date"] = formatdate(time.time() + fault.number("seconds", 3600), usegmt=True)
    return response


TRANSPORT: Mapping[str, TransportFault] = {
    "hang": _hang,
    "slow": _slow,
    "drip": _drip,
    "reset": _reset,
    "status": _status,
    "too_many": _too_many,
    "forbidden": _forbidden,
    "html": _html,
    "bare_string": _bare_string,
    "empty_body": _empty_body,
    "truncated": _truncated,
    "short_body": _short_body,
    "bad_gzip": _bad_gzip,
    "oversized": _oversized,
    "bomb": _bomb,
    "clock_skew": _clock_skew,
}

NAMES = frozenset({DOWN, *TRANSPORT})


async def strike(exchange: Exchange, faults: tuple[Fault, ...]) -> web.StreamResponse | None:
    """What the first fault that answers says; None if the true answer is to be given."""
    for fault in faults:
        if fault.name in TRANSPORT:
            response = await TRANSPORT[fault.name](exchange, fault)
            if response is not None:
                return response
    return None
