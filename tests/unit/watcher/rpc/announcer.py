"""A node on 127.0.0.1 that announces heads over a WebSocket, honest until it is told otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

from aiohttp import web

from .naughty import CHAIN_ID

SUBSCRIPTION = "0x9cef478923ff08bf67fde6c64013158d"
Socket = web.WebSocketResponse
Serve = Callable[["Announcer", Socket], Awaitable[None]]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def header(number: int, /, **other: Any) -> dict[str, Any]:
    digest = "0x" + number.to_bytes(32, "big").hex()
    parent = "0x" + (number - 1).to_bytes(32, "big").hex()
    return {"number": hex(number), "hash": digest, "parentHash": parent, "gasUsed": "0x0", **other}


def notice(result: Any, subscription: Any = SUBSCRIPTION) -> str:
    params = {"subscription": subscription, "result": result}
    return json.dumps({"jsonrpc": "2.0", "method": "eth_subscription", "params": params})


async def for_ever(announcer: Announcer, socket: Socket) -> None:
    """Announce whatever `announce` is given, until the client goes."""
    while True:
        await socket.send_str(notice(header(await announcer.to_announce.get())))


def saying(*texts: str | bytes) -> Serve:
    """Send these, then nothing more."""

    async def serve(announcer: Announcer, socket: Socket) -> None:
        for text in texts:
            await (socket.send_str(text) if isinstance(text, str) else socket.send_bytes(text))
        await asyncio.Event().wait()

    return serve


class Announcer:
    """Start it with `async with`. `serve` has the socket once it is subscribed; `answers` replaces
    what it says to a method; `instead` answers the HTTP request in the place of an upgrade."""

    def __init__(self) -> None:
        self.serve: Serve = for_ever
        self.answers: dict[str, Any] = {}
        self.instead: Answer | None = None
        self.seen: list[str] = []
        self.requests: list[web.Request] = []
        self.subscribed = asyncio.Event()
        self.to_announce: asyncio.Queue[int] = asyncio.Queue()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/{rest:.*}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"ws://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def announce(self, *numbers: int) -> None:
        for number in numbers:
            self.to_announce.put_nowait(number)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if self.instead is not None:
            return await self.instead(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        reading = asyncio.create_task(self._converse(socket))
        try:
            await reading
        except (ConnectionResetError, asyncio.CancelledError):
            reading.cancel()
        return socket

    async def _converse(self, socket: Socket) -> None:
        async for message in socket:
            call = json.loads(message.data)
            method = call["method"]
            self.seen.append(method)
            known = {"eth_chainId": hex(CHAIN_ID), "eth_subscribe": SUBSCRIPTION}
            said = self.answers.get(method, {"result": known.get(method)})
            if callable(said):
                await said(socket, call)
                continue
            await socket.send_str(json.dumps({"jsonrpc": "2.0", "id": call["id"], **said}))
            if method == "eth_subscribe" and "result" in said:
                self.subscribed.set()
                async with asyncio.TaskGroup() as tasks:
                    serving = tasks.create_task(self._serve(socket))
                    await socket.receive()  # nothing more is asked: the client goes
                    serving.cancel()

    async def _serve(self, socket: Socket) -> None:
        with suppress(ConnectionResetError):  # the client may go at any time
            await self.serve(self, socket)
