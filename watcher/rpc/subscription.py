"""One WebSocket: opened, its node's chain checked, subscribed to new heads, every notice checked.

A head is a hint and nothing else: the block is fetched and checked as if nobody had announced it.
So what is checked here only keeps a confused or hostile node from sending us on errands.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import aiohttp
import msgspec
from aiohttp.http_websocket import WebSocketError

from watcher.rpc import wire
from watcher.rpc.endpoint import Endpoint
from watcher.rpc.errors import (
    BadStatus,
    GarbledAnswer,
    MismatchedAnswer,
    OversizedAnswer,
    RpcError,
    TimedOut,
    Unreachable,
    UntrueAnswer,
    WrongChain,
)
from watcher.rpc.status import error_for_status

_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_HEARTBEAT = 20.0
_CLOSE_WITHIN = 1.0


@dataclass(frozen=True, slots=True)
class Head:
    """A head as a node announced it: nothing is known but that somebody says so."""

    number: int
    hash: bytes
    parent_hash: bytes


@dataclass(frozen=True, slots=True)
class Terms:
    """What is expected of a socket. Times in seconds, sizes in bytes.

    A head lies at most `furthest` blocks from the one before, and from one of those that others
    `told`, if any did. More than `flood` of them within a silence are none."""

    chain_id: int
    silent_after: float
    furthest: int
    told: Callable[[], Collection[int]]
    open_within: float
    message_limit: int
    flood: int


class _Header(msgspec.Struct, rename="camel"):
    number: str
    hash: str
    parent_hash: str


class _Params(msgspec.Struct):
    subscription: str | int
    result: _Header


class _Notice(msgspec.Struct):
    params: _Params
    method: str


class _Titled(msgspec.Struct):
    method: str | None = None


class Subscription:
    """A node's announcements, as long as it behaves. See `subscribed`."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, name: str | int, terms: Terms
    ) -> None:
        self._socket = socket
        self._name = name
        self._terms = terms
        self._before: int | None = None
        self._counted_from = asyncio.get_running_loop().time()
        self._counted = 0

    async def next(self) -> Head:
        """The next head. Raises errors of the tree, after which the socket is of no use."""
        terms = self._terms
        with suppress(TimeoutError):
            async with asyncio.timeout(terms.silent_after):
                head = self._read(await _receive(self._socket, terms))
                self._check_pace()
                self._check_distance(head.number)
                self._before = head.number
                return head
        raise TimedOut(f"no head was announced for {terms.silent_after:g} s")

    def _read(self, text: bytes) -> Head:
        error = wire.error_in(text)
        if error is not None:
            raise error
        notice = wire.decode(text, _Notice)
        header = notice.params.result
        if notice.method != "eth_subscription" or notice.params.subscription != self._name:
            raise MismatchedAnswer("a notice came for a subscription that is not ours")
        for digest in (header.hash, header.parent_hash):
            if not _HASH.fullmatch(digest):
                raise GarbledAnswer("an announced head has no proper hash")
        return Head(
            wire.small_number(header.number),
            bytes.fromhex(header.hash[2:]),
            bytes.fromhex(header.parent_hash[2:]),
        )

    def _check_distance(self, number: int) -> None:
        furthest = self._terms.furthest
        if self._before is not None and abs(number - self._before) > furthest:
            raise UntrueAnswer(f"after head {self._before} it announced {number}")
        others = self._terms.told()
        if others and all(abs(number - other) > furthest for other in others):
            raise UntrueAnswer(f"it announced head {number}, far from what any other node tells")

    def _check_pace(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._counted_from > self._terms.silent_after:
            self._counted_from, self._counted = now, 0
        self._counted += 1
        if self._counted > self._terms.flood:
            raise UntrueAnswer("heads are announced faster than any chain makes them")


@asynccontextmanager
async def subscribed(
    session: aiohttp.ClientSession, endpoint: Endpoint, terms: Terms
) -> AsyncIterator[Subscription]:
    """Open a socket and subscribe; closed on leaving. Raises errors of the tree."""
    socket: aiohttp.ClientWebSocketResponse | None = None
    subscription: Subscription | None = None
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(terms.open_within):
                socket = await _open(session, endpoint, terms)
                subscription = await _subscribe(socket, terms)
        if subscription is None:
            raise TimedOut(f"not subscribed within {terms.open_within:g} s")
        yield subscription
    finally:
        if socket is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_WITHIN):
                    await socket.close()


def socket_session() -> aiohttp.ClientSession:
    """A session that opens WebSockets; a redirect would carry keys to wherever a node points."""
    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(_refuse_redirect)
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "spyhop"},
        timeout=aiohttp.ClientTimeout(total=None),
        trace_configs=[tracing],
    )


async def _refuse_redirect(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    params: aiohttp.TraceRequestRedirectParams,
) -> None:
    raise BadStatus(f"HTTP {params.response.status}")


async def _open(
    session: aiohttp.ClientSession, endpoint: Endpoint, terms: Terms
) -> aiohttp.ClientWebSocketResponse:
    # aiohttp's errors may quote the URL, so ours must not carry them as their context.
    fault: RpcError
    try:
        return await session.ws_connect(
            endpoint.url,
            headers=endpoint.headers,
            heartbeat=_HEARTBEAT,
            max_msg_size=terms.message_limit,
            timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_WITHIN),
        )
    except aiohttp.WSServerHandshakeError as error:
        if error.status in {101, 200}:
            fault = GarbledAnswer("it answers, and opens no WebSocket")
        else:
            fault = error_for_status(error.status, error.headers or {}, None, datetime.now(UTC))
    except aiohttp.ClientConnectorCertificateError:
        fault = Unreachable("its TLS certificate is not valid")
    except aiohttp.ClientConnectorError as error:
        fault = Unreachable(f"no connection: {error.os_error.strerror or 'it failed'}")
    except aiohttp.ClientResponseError:
        fault = GarbledAnswer("the answer is not HTTP")
    except (aiohttp.ClientError, OSError, ValueError):
        fault = Unreachable("the connection broke")
    raise fault


async def _subscribe(socket: aiohttp.ClientWebSocketResponse, terms: Terms) -> Subscription:
    told = wire.small_number(wire.decode(await _ask(socket, terms, 1, "eth_chainId"), str))
    if told != terms.chain_id:
        raise WrongChain(f"it serves chain {told} and not {terms.chain_id}")
    name = await _ask(socket, terms, 2, "eth_subscribe", "newHeads")
    either: type[str | int] = str | int  # type: ignore[assignment]
    return Subscription(socket, wire.decode(name, either), terms)


async def _ask(
    socket: aiohttp.ClientWebSocketResponse, terms: Terms, number: int, method: str, *params: str
) -> msgspec.Raw:
    lost = False
    try:
        await socket.send_str(wire.encode_call(number, wire.Call(method, params)).decode())
    except (aiohttp.ClientError, OSError):
        lost = True
    if lost:
        raise Unreachable("the connection broke")
    while True:
        text = await _receive(socket, terms)
        # a node may announce heads before it has said under which name
        if wire.decode(text, _Titled).method is None:
            return wire.read_call(text, number)


async def _receive(socket: aiohttp.ClientWebSocketResponse, terms: Terms) -> bytes:
    message = await socket.receive()
    await asyncio.sleep(0)  # however many wait already: others want their turn
    if message.type is aiohttp.WSMsgType.TEXT:
        return str(message.data).encode()
    if message.type is aiohttp.WSMsgType.BINARY:
        return bytes(message.data)
    if message.type is not aiohttp.WSMsgType.ERROR:
        raise Unreachable("the node closed the socket")
    problem = message.data
    if isinstance(problem, WebSocketError) and problem.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
        raise OversizedAnswer(f"a message is larger than {terms.message_limit} bytes")
    raise GarbledAnswer("what comes is not the WebSocket protocol")
