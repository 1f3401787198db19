"""`eth_subscribe` over WebSocket: one connection, its calls and its announcements of new heads."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from aiohttp import WSMsgType, web

from sandbox.chain.answering import Request
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.rpc_errors import MethodNotFoundError, RpcError
from sandbox.chain.socket_faults import NOTHING, THE_END


class Speaker(Protocol):
    """The node behind a connection, with the faults that it has at each moment."""

    @property
    def is_deaf(self) -> bool:
        """Whether it answers nothing at all."""
        ...

    def answer(self, body: bytes) -> bytes:
        """To any call that is not about subscriptions."""
        ...

    def refusal(self, method: str) -> RpcError | None:
        """Why a call about subscriptions is refused."""
        ...

    def announcement(self, block: AnyBlock, subscription: str, turn: int) -> bytes | None:
        """What is said of a new block; `turn` counts what was said before."""
        ...


class Subscriber:
    """One WebSocket connection. `heard` is where the chain tells of its blocks."""

    def __init__(self, node: Speaker, heard: set[Callable[[AnyBlock], None]]) -> None:
        self._node = node
        self._heard = heard
        self._ids = itertools.count(1)
        self._subscriptions: list[str] = []
        self._news: asyncio.Queue[AnyBlock] = asyncio.Queue()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Until either side closes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._heard.add(self._news.put_nowait)
        telling = asyncio.create_task(self._tell(socket), name="newHeads")
        try:
            async for message in socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    break
                data = message.data
                if not self._node.is_deaf:
                    said = self._said(data.encode() if isinstance(data, str) else data)
                    await socket.send_str(said.decode())
        finally:
            self._heard.discard(self._news.put_nowait)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await socket.close()
        return socket

    async def _tell(self, socket: web.WebSocketResponse) -> None:
        turn = 0
        while True:
            block = await self._news.get()
            for subscription in tuple(self._subscriptions):
                said = self._node.announcement(block, subscription, turn)
                turn += 1
                if said == THE_END:
                    await socket.close()
                    return
                if said is not NOTHING:
                    await socket.send_str(said.decode())

    def _said(self, body: bytes) -> bytes:
        request = Request.parse(body)
        if request.batch or not set(request.methods) & {"eth_subscribe", "eth_unsubscribe"}:
            return self._node.answer(body)
        (call,) = request.calls
        told = {"jsonrpc": "2.0", "id": call.get("id")}
        refused = self._node.refusal(call["method"])
        if refused is None and call["method"] == "eth_subscribe":
            if call.get("params") == ["newHeads"]:
                subscription = f"0x{next(self._ids):032x}"
                self._subscriptions.append(subscription)
                return msgspec.json.encode({**told, "result": subscription})
            refused = MethodNotFoundError("eth_subscribe to anything but newHeads")
        if refused is not None:
            return msgspec.json.encode({**told, "error": refused.as_json()})
        return msgspec.json.encode({**told, "result": self._forget(call.get("params"))})

    def _forget(self, params: Any) -> bool:
        known = [one for one in self._subscriptions if isinstance(params, list) and one in params]
        self._subscriptions = [one for one in self._subscriptions if one not in known]
        return bool(known)
