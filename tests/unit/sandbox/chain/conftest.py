"""What the chain sandbox's tests share: a small chain with virtual time, and a bare client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.chain import Chain, ChainSandbox, ethereum_spec

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20


class Rpc:
    """A bare JSON-RPC client."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def answer(self, method: str, *params: Any) -> dict[str, Any]:
        call = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}
        async with self.session.post(self.url, json=call) as response:
            return await response.json()

    async def result(self, method: str, *params: Any) -> Any:
        return (await self.answer(method, *params))["result"]

    async def error(self, method: str, *params: Any) -> dict[str, Any]:
        return (await self.answer(method, *params))["error"]


@pytest.fixture
def chain() -> Chain:
    return Chain(ethereum_spec(), history=5)


@pytest.fixture
async def sandbox() -> AsyncIterator[ChainSandbox]:
    async with ChainSandbox(ethereum_spec(), nodes=2, clock=None) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as opened:
        yield opened


@pytest.fixture
def rpc(sandbox: ChainSandbox, session: aiohttp.ClientSession) -> Rpc:
    return Rpc(session, sandbox.rpc_urls[0])
