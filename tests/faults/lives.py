"""Lives of a worker or a watcher, one after another or side by side, as a test begins them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sandbox.telegram import TelegramSandbox
from tests.warm.process import Warm

DEADLINE = 60.0
"""Seconds. Generous: it bounds a hang, it measures nothing."""


@dataclass(frozen=True, slots=True)
class Life:
    """One process; ``ended`` comes true with its exit status, negative for a signal's number."""

    owner: str
    pid: int
    ended: asyncio.Future[int]

    def kill(self) -> None:
        """SIGKILL, unless it is dead already."""
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send a signal, unless it is dead already."""
        if not self.ended.done():
            os.kill(self.pid, number)

    async def end(self) -> int:
        """Wait for its end; its status."""
        async with asyncio.timeout(DEADLINE):
            return await asyncio.shield(self.ended)

    async def stop(self) -> int:
        """SIGTERM; its status."""
        self.signal(signal.SIGTERM)
        return await self.end()


@dataclass(slots=True)
class Lives:
    """Begins them; ``settings`` are common to all. ``unknown`` counts by chat the sends to which a
    worker got no answer in time: on a busy machine there are some."""

    settings: Mapping[str, object]
    _orders: BinaryIO
    _told: asyncio.StreamReader
    unknown: Counter[int] = field(default_factory=Counter)
    _begun: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    _ends: dict[int, asyncio.Future[int]] = field(default_factory=dict)
    _number: int = 0

    async def begin(self, point: str | None = None, times: int = 1, **settings: object) -> Life:
        """A process that dies when it has come to the point so many times, or when it is told."""
        self._number += 1
        owner = f"life-{self._number}"
        order = {
            "settings": dict(self.settings) | settings,
            "owner": owner,
            "point": point,
            "times": times,
        }
        self._orders.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(DEADLINE):
            pid = await self._begun.get()
        return Life(owner, pid, self._ends[pid])

    async def listen(self) -> None:
        """Hear what becomes of them, until none can begin any more."""
        async for line in self._told:
            word, pid, *status = line.decode().split()
            if word == "began":
                self._ends[int(pid)] = asyncio.get_running_loop().create_future()
                self._begun.put_nowait(int(pid))
            elif word == "unknown":
                self.unknown[int(pid)] += 1
            else:
                self._ends[int(pid)].set_result(int(status[0]))


def worker_settings(
    telegram: TelegramSandbox, database_url: str, redis_url: str
) -> dict[str, object]:
    """Leases that run out within a test, and limits that it does not meet."""
    return {
        "bot_token": telegram.token,
        "telegram_api_url": telegram.url,
        "database_url": database_url,
        "redis_url": redis_url,
        "chat_lease_for": 2,
        "send_lease_for": 2,
        "backoff_first": 0.1,
        "backoff_longest": 0.5,
        "rate_bot_per_second": 1_000,
        "rate_chat_per_second": 100,
        "rate_chat_burst": 100,
    }


@asynccontextmanager
async def open_lives(
    kind: str, settings: Mapping[str, object], log_to: Path, warm: Warm
) -> AsyncIterator[Lives]:
    """``kind`` is worker or watcher. At the end none is left; on failure the log is shown."""
    (taken, orders), (told, tells) = os.pipe(), os.pipe()
    with log_to.open("wb") as log:
        process = await warm.start(
            *("tests.faults.mortal", kind), env=os.environ, stdin=taken, stdout=tells, stderr=log
        )
    os.close(taken)
    os.close(tells)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(told, "rb", buffering=0)
    )
    with os.fdopen(orders, "wb", buffering=0) as ordering:
        lives = Lives(settings, ordering, reader)
        listening = asyncio.ensure_future(lives.listen())
        try:
            yield lives
        except BaseException:
            print(log_to.read_text(errors="replace")[-20_000:])  # noqa: ASYNC240 - it is over
            raise
        finally:
            ordering.close()
            await process.wait()
            await listening
            pipe.close()
