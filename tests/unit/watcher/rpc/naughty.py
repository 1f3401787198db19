"""A JSON-RPC node on 127.0.0.1 that is honest until it is told otherwise, and a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aiohttp import web

CHAIN_ID = 1
Misbehave = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]


class Clock:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class NaughtyNode:
    """Start it with `async with`. `misbehave` answers everything, or all but eth_chainId."""

    def __init__(self) -> None:
        self.chain_id = CHAIN_ID
        self.head = 100
        self.results: dict[str, Any] = {}
        self.misbehave: Misbehave | None = None
        self.misbehaves_on_chain_id = False
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._runner: web.ServerRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        method = call["method"]
        known = {"eth_chainId": hex(self.chain_id), "eth_blockNumber": hex(self.head)}
        result = self.results.get(method, known.get(method, method))
        return {"jsonrpc": "2.0", "id": call["id"], "result": result}

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = json.loads(await request.read())
        calls = asked if isinstance(asked, list) else [asked]
        methods = [call["method"] for call in calls]
        self.seen += methods
        self.headers.append(dict(request.headers))
        spared = methods == ["eth_chainId"] and not self.misbehaves_on_chain_id
        if self.misbehave is not None and not spared:
            return await self.misbehave(request, asked)  # type: ignore[arg-type]
        answers = [self.answer(call) for call in calls]
        return web.json_response(answers if isinstance(asked, list) else answers[0])


def says(body: str | bytes, status: int = 200, **headers: str) -> Misbehave:
    """Answer everything with this body."""

    async def misbehave(request: web.Request, asked: Any) -> web.StreamResponse:
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        return web.Response(body=content, status=status, headers=shown)

    return misbehave


def errs(code: int, message: str, status: int = 200, **more: Any) -> Misbehave:
    """Answer everything with this error object, under the id that was asked with."""

    async def misbehave(request: web.Request, asked: Any) -> web.StreamResponse:
        number = asked["id"] if isinstance(asked, dict) else None
        error = {"code": code, "message": message, **more}
        return web.json_response({"jsonrpc": "2.0", "id": number, "error": error}, status=status)

    return misbehave


def replies(make: Callable[[Any], Any]) -> Misbehave:
    """Answer with JSON made from what was asked."""

    async def misbehave(request: web.Request, asked: Any) -> web.StreamResponse:
        return web.json_response(make(asked))

    return misbehave
