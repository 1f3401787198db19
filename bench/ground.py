"""What benches run on: a node in a process of its own, databases, Valkey, and an event loop."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from data.database import Database
from data.migrate import migrate
from tests.servers.postgres import running_postgres
from watcher.wiring import collect_rarely

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """Blocks ``first`` to ``last``, both inclusive, at a node."""

    url: str
    first: int
    last: int

    @property
    def blocks(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Run:
    """What a contender took, in seconds of the clock and of its own process's CPU, and what it
    found: the transfers of each block, and the alerts that came of them."""

    seconds: float
    cpu: float
    transfers: tuple[int, ...] = ()
    alerts: int = 0


class Stopwatch:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self, transfers: tuple[int, ...] = (), alerts: int = 0) -> Run:
        """What has passed, with what was found."""
        return Run(
            time.perf_counter() - self._wall, time.process_time() - self._cpu, transfers, alerts
        )


@contextmanager
def running_node(blocks: int, transactions: int, ready: int | None = None) -> Iterator[Span]:
    """A node with so many full blocks; all but ``ready`` of them are mined when asked for."""
    command = [sys.executable, "-m", "bench.node", "--blocks", str(blocks)]
    command += ["--transactions", str(transactions), "--ready", str(ready or blocks)]
    node = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Span(**json.loads(node.stdout.readline() if node.stdout else "{}"))
    finally:
        node.terminate()
        node.wait()


@contextmanager
def sqlite_url() -> Iterator[str]:
    """A migrated database in a file."""
    with tempfile.TemporaryDirectory(prefix="spyhop-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        run(_migrated(url))
        yield url


@contextmanager
def postgres_url() -> Iterator[str]:
    """A migrated database on a server of our own, or on that of TEST_DATABASE_URL."""
    with running_postgres() as server:
        url = server.create_database()
        run(_migrated(url))
        yield url
        server.drop_database(url)


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """On the loop that the product runs on, with its ways of collecting garbage."""
    thresholds = gc.get_threshold()
    collect_rarely()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
