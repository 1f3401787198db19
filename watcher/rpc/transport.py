"""The HTTP session of a pool: posts a body to an endpoint and reads an answer of bounded size."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from watcher.rpc.body import ACCEPTED, Body
from watcher.rpc.endpoint import Endpoint
from watcher.rpc.errors import GarbledAnswer, OversizedAnswer, RpcError, Unreachable
from watcher.rpc.options import PoolOptions

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": ACCEPTED,
    "Cache-Control": "no-cache, no-store",
    "Content-Type": "application/json",
    "Pragma": "no-cache",
    "User-Agent": "spyhop",
}
_PIECE = 64 * 1024
_IDLE_FOR = 55.0
"""Seconds that a connection is kept for the next call: nodes that are only surveyed keep theirs as
well. Servers close idle ones after a minute or more."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer. `received` counts the body's bytes on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    received: int


class Transport:
    """One session for all nodes of a pool; open inside `async with`."""

    def __init__(self, options: PoolOptions) -> None:
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            connector=aiohttp.TCPConnector(
                limit=self._options.connections, keepalive_timeout=_IDLE_FOR
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            # The deadline of the whole call is the node's; here only a host that swallows packets.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._options.connect_timeout),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, endpoint: Endpoint, body: bytes) -> HttpAnswer:
        """Post a body, read the answer. Raises Unreachable, GarbledAnswer or OversizedAnswer.

        Redirects are not followed: they would carry keys to wherever a node points."""
        if self._session is None:
            raise RuntimeError("the pool is used inside `async with pool:`")
        # aiohttp's errors may quote the URL, so ours must not carry them as their context.
        fault: RpcError
        try:
            async with self._session.post(
                endpoint.url, data=body, headers=endpoint.headers, allow_redirects=False
            ) as response:
                return await self._read(response)
        except aiohttp.ClientConnectorCertificateError:
            fault = Unreachable("its TLS certificate is not valid")
        except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError, HttpProcessingError):
            fault = GarbledAnswer("the answer is cut off, or not HTTP")
        except aiohttp.ServerTimeoutError:
            fault = Unreachable("no connection in time")
        except aiohttp.ClientConnectorError as error:
            fault = Unreachable(f"no connection: {error.os_error.strerror or 'it failed'}")
        except (aiohttp.ClientError, OSError, ValueError):
            fault = Unreachable("the connection broke")
        raise fault

    async def _read(self, response: aiohttp.ClientResponse) -> HttpAnswer:
        limit = self._options.answer_limit
        try:
            if (response.content_length or 0) > limit:
                raise OversizedAnswer(f"the answer is larger than {limit} bytes")
            body = Body(response.headers.get("Content-Encoding", ""), limit)
            async for piece in response.content.iter_chunked(_PIECE):
                body.feed(piece)
                while body.pending:
                    await asyncio.sleep(0)
                    body.step()
            headers = {name: response.headers.get(name, "") for name in ("Retry-After", "Date")}
            return HttpAnswer(response.status, headers, body.finish(), body.received)
        except RpcError:
            response.close()  # what is still on its way is not worth reading
            raise
