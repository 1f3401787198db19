"""A real HTTP node that passes on what a sandbox's node answers, unless a rule says otherwise."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

Rule = Callable[[str, list[Any], dict[str, Any]], dict[str, Any] | None]
"""Sees a method, its parameters and the honest answer; returns another answer, or None."""


def error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def unsupported(*methods: str) -> Rule:
    """The node does not have these methods."""
    return lambda method, _params, _answer: (
        error(-32601, "the method does not exist/is not available") if method in methods else None
    )


def changing(change: Callable[[Any], Any], *methods: str) -> Rule:
    """What these methods return, as ``change`` makes it."""
    return lambda method, _params, answer: (
        {"result": change(answer["result"])} if method in methods and "result" in answer else None
    )


class PickyNode:
    """One node in front of another; ``asked`` counts calls by method, ``requests`` by size."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.rules: list[Rule] = []
        self.largest_batch = 1000
        self.status_of_batches = 200
        self.delay = 0.0
        self.asked: Counter[str] = Counter()
        self.requests: list[int] = []
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_post("/", self._answer)
        self._server = TestServer(application)

    @property
    def url(self) -> str:
        return str(self._server.make_url("/"))

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()
        await self._session.close()

    async def _answer(self, request: web.Request) -> web.Response:
        asked = await request.json()
        await asyncio.sleep(self.delay)
        batch = asked if isinstance(asked, list) else [asked]
        self.requests.append(len(batch))
        if len(batch) > 1 and self.status_of_batches != 200:
            return web.Response(status=self.status_of_batches, text="it failed")
        if len(batch) > self.largest_batch:
            return web.json_response(
                {"jsonrpc": "2.0", "id": None, **error(-32600, "batch limit exceeded")}
            )
        async with self._session.post(self.upstream, json=asked) as response:
            told = await response.json()
        answers = {one["id"]: one for one in (told if isinstance(told, list) else [told])}
        for one in batch:
            self.asked[one["method"]] += 1
            for rule in self.rules:
                other = rule(one["method"], one["params"], answers[one["id"]])
                if other is not None:
                    answers[one["id"]] = {"jsonrpc": "2.0", "id": one["id"], **other}
        found = list(answers.values())
        return web.json_response(found if isinstance(asked, list) else found[0])
