"""Where a process can be made to die: between any two steps of a send, or of a block.

`die_at` is for a process that has nothing else to do: it has the product's own functions kill it.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum
from importlib import import_module
from typing import Any, NamedTuple


class Moment(Enum):
    """When, as seen from a function: COMMITTED is after the transaction that it wrote in."""

    BEFORE = "before"
    AFTER = "after"
    COMMITTED = "committed"


class Point(NamedTuple):
    """A function by its module and name, imported only where it is needed."""

    moment: Moment
    module: str
    name: str


WORKER = {
    "leasing": Point(Moment.AFTER, "data.queries.queues", "lease"),
    "leased": Point(Moment.COMMITTED, "data.queries.queues", "lease"),
    "limiter passed": Point(Moment.AFTER, "bot.delivery.rate_limiter", "RateLimiter.acquire"),
    "before the claim": Point(Moment.BEFORE, "data.redis.claims", "Claims.claim"),
    "claimed": Point(Moment.AFTER, "data.redis.claims", "Claims.claim"),
    "before the request": Point(
        Moment.BEFORE, "aiogram.client.session.aiohttp", "AiohttpSession.make_request"
    ),
    "request written": Point(Moment.AFTER, "aiohttp.http_writer", "StreamWriter.write_eof"),
    "answered": Point(
        Moment.AFTER, "aiogram.client.session.aiohttp", "AiohttpSession.make_request"
    ),
    "in Redis": Point(Moment.AFTER, "data.redis.claims", "Claims.sent"),
    "recording": Point(Moment.AFTER, "data.queries.alerts", "sent"),
    "recorded": Point(Moment.COMMITTED, "data.queries.alerts", "sent"),
    "ending": Point(Moment.AFTER, "data.queries.queues", "finish"),
    "ended": Point(Moment.COMMITTED, "data.queries.queues", "finish"),
}
"""A send's way through a worker."""

WATCHER = {
    "fetched": Point(Moment.BEFORE, "data.queries.cursors", "move"),
    "cursor moved": Point(Moment.AFTER, "data.queries.cursors", "move"),
    "alerts written": Point(Moment.AFTER, "data.queries.alerts", "write"),
    "queued": Point(Moment.AFTER, "data.queries.alerts", "enqueue"),
    "committed": Point(Moment.COMMITTED, "data.queries.alerts", "enqueue"),
    "before the wake-up": Point(Moment.BEFORE, "watcher.follow", "wake"),
    "woken": Point(Moment.AFTER, "watcher.follow", "wake"),
}
"""A block's way through a watcher."""


def die_at(point: Point, times: int) -> None:
    """SIGKILL to this process when it has come there so many times."""
    left = times

    def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    where: Any = import_module(point.module)
    *classes, name = point.name.split(".")
    for one in classes:
        where = getattr(where, one)
    if point.moment is Moment.COMMITTED:
        _cut_after_commit(where, name, die)
    else:
        _cut(where, name, point.moment, die)


def _cut(where: Any, name: str, moment: Moment, die: Callable[[], None]) -> None:
    original = getattr(where, name)

    async def cut(*args: Any, **options: Any) -> Any:
        if moment is Moment.BEFORE:
            die()
        result = await original(*args, **options)
        if moment is Moment.AFTER:
            die()
        return result

    setattr(where, name, cut)


def _cut_after_commit(where: Any, name: str, die: Callable[[], None]) -> None:
    from data.database import Database

    original, write = getattr(where, name), Database.write
    writers: set[asyncio.Task[Any] | None] = set()

    async def noted(*args: Any, **options: Any) -> Any:
        writers.add(asyncio.current_task())
        return await original(*args, **options)

    @asynccontextmanager
    async def committed(self: Database) -> AsyncIterator[Any]:
        async with write(self) as connection:
            yield connection
        if asyncio.current_task() in writers:
            writers.discard(asyncio.current_task())
            die()

    setattr(where, name, noted)
    Database.write = committed  # type: ignore[method-assign]
