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
empty_body                200 with nothing
truncated(keep=50)        only so many percent of the answer's bytes
oversized(megabytes=64)   an endless answer
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from sandbox.chain.fault import Fault

DOWN = "down"
_MEGABYTE = 1 << 20
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


async def _oversized(exchange: Exchange, fault: Fault) -> web.StreamResponse | None:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(exchange.request)
    await response.write(b'{"jsonrpc":"2.0","id":1,"result":"0x')
    for _ in range(int(fault.number("megabytes", 64))):
        await response.write(b"0" * _MEGABYTE)
    await response.write(b'"}')
    await response.write_eof()
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
    "empty_body": _empty_body,
    "truncated": _truncated,
    "oversized": _oversized,
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
