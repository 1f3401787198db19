"""Naughty nodes and pools over them."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import pytest

from watcher.rpc.events import RpcEvent
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

from .naughty import CHAIN_ID, Clock, NaughtyNode

OpenPool: TypeAlias = Callable[..., Awaitable[Pool]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events() -> list[RpcEvent]:
    return []


@pytest.fixture
async def node() -> AsyncIterator[NaughtyNode]:
    async with NaughtyNode() as started:
        yield started


@pytest.fixture
async def other() -> AsyncIterator[NaughtyNode]:
    async with NaughtyNode() as started:
        yield started


@pytest.fixture
def refused_url() -> Iterator[str]:
    """A URL at which nobody listens: its port is taken, so that nobody begins to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
async def open_pool(clock: Clock, events: list[RpcEvent]) -> AsyncIterator[OpenPool]:
    """Opens a pool over URLs, with options by name, in virtual time."""
    async with AsyncExitStack() as stack:

        async def opened(*urls: str, **options: Any) -> Pool:
            pool = Pool(
                "ethereum",
                CHAIN_ID,
                urls,
                PoolOptions(**{"timeout": 10.0, **options}),
                on_event=events.append,
                clock=clock,
                now=clock.wall,
                sleep=clock.sleep,
            )
            return await stack.enter_async_context(pool)

        yield opened
