"""The longest step without a pause, from a very large block's bytes to its alerts.

``python -m bench.steps [--transactions 5000] [--rounds 5] [--json]``. Every callback of the event
loop is measured in CPU time while our whole pipeline reads a block of so many transactions; the
longest of each round counts, and the median over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis

from bench.crowd import filled
from bench.ground import Run, Span, running_node, sqlite_url
from bench.racers import whole
from bench.report import Promise, print_report
from data.database import Database
from data.logging import set_up_logging
from tests.servers.valkey import running_valkey
from watcher.wiring import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Iterator

WATCHES = 10_000
BLOCKS = 1


@contextmanager
def measured_steps(found: list[float]) -> Iterator[None]:
    """Note the CPU milliseconds of every callback that asyncio's own loop runs meanwhile."""
    original = asyncio.Handle._run  # noqa: SLF001 - as below

    def _run(self: Any) -> None:
        begun = time.thread_time()
        original(self)
        found.append(1000 * (time.thread_time() - begun))

    setattr(asyncio.Handle, "_run", _run)  # noqa: B010 - the one place that every callback comes by
    try:
        yield
    finally:
        setattr(asyncio.Handle, "_run", original)  # noqa: B010 - as above


def main() -> int:
    """Every round on a loop of asyncio's own, because uvloop's cannot be watched."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    longest: list[float] = []
    with ExitStack() as stack:
        span = stack.enter_context(running_node(BLOCKS, chosen.transactions))
        valkey = stack.enter_context(running_valkey())
        url = filled(stack.enter_context(sqlite_url()), WATCHES)
        asyncio.run(_once(url, valkey, span))  # what is imported or compiled once, is by now
        collect_rarely()
        for _ in range(chosen.rounds):
            steps: list[float] = []
            with measured_steps(steps):
                ran = asyncio.run(_once(url, valkey, span))
            longest.append(max(steps))
    lines = [f"a block of {chosen.transactions:,} transactions, {ran.alerts:,} alerts of it"]
    promise = Promise("longest step in ms of CPU", median(longest), at_most=20)
    print_report("steps", [promise], lines, {"longest_ms": longest}, as_json=chosen.json)
    return 0


async def _once(url: str, valkey: str, span: Span) -> Run:
    database, redis = Database(url), Redis.from_url(valkey)
    try:
        return await whole(database, redis, span, counted=False)
    finally:
        await redis.aclose()
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
