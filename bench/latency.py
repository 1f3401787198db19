"""From "the node has the block" to "its alerts are in the outbox", five chains at once.

``python -m bench.latency [--seconds 60] [--watches 10000] [--json]``. Five simulated chains at
their own pace, some 12 blocks a second in all, behind real HTTP; one watcher process with
PostgreSQL and Valkey. A block's alerts are in the outbox when the cursor, which is committed with
them, is seen to have reached it. The chain is polled, so up to one poll interval passes before
anybody can know; the promise counts what is beyond it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.crowd import filled
from bench.ground import postgres_url
from bench.report import Promise, print_report
from data.chains import known_chains
from data.database import Database
from data.logging import set_up_logging
from data.queries import cursors
from tests.servers.valkey import running_valkey
from watcher.collect import LONGEST_POLL

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAINS = ("ethereum", "bsc", "polygon", "base", "arbitrum")
WARM_UP = 10.0
_LOOK_EVERY = 0.005


class Mines:
    """What the mining process has told: each block's chain, number and moment."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.urls: dict[str, str] = json.loads(process.stdout.readline() if process.stdout else "")
        self.at: dict[tuple[str, int], float] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            told = json.loads(line)
            self.at[told["chain"], told["number"]] = told["at"]


def main() -> int:
    """Start everything, watch for a while, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--watches", type=int, default=10_000)
    parser.add_argument("--transactions", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    with ExitStack() as stack:
        valkey = stack.enter_context(running_valkey())
        url = filled(stack.enter_context(postgres_url()), chosen.watches)
        command = [sys.executable, "-m", "bench.mines", "--chains", ",".join(CHAINS)]
        command += ["--transactions", str(chosen.transactions)]
        mines = Mines(stack.enter_context(_running(command, {}, stdout=subprocess.PIPE)))
        settings = {f"{name.upper()}_RPC_URLS": node for name, node in mines.urls.items()}
        settings |= {"CHAINS": ",".join(CHAINS), "DATABASE_URL": url, "REDIS_URL": valkey}
        settings |= {"BOT_TOKEN": f"123456789:{'x' * 35}", "LOG_LEVEL": "ERROR"}
        stack.enter_context(_running([sys.executable, "-m", "watcher"], settings))
        seen = asyncio.run(_look(url, chosen.seconds))
    late = {
        name: [seen[key] - mines.at[key] for key in seen if key[0] == name and key in mines.at]
        for name in CHAINS
    }
    if not all(late.values()):
        missing = [name for name, found in late.items() if not found]
        print(f"the watcher did not follow {', '.join(missing)}", file=sys.stderr)
        return 1
    _print(late, as_json=chosen.json)
    return 0


@contextmanager
def _running(
    command: list[str], settings: dict[str, str], stdout: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=stdout, text=True, env=os.environ | settings)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


async def _look(url: str, seconds: float) -> dict[tuple[str, int], float]:
    """When each block was first seen to be committed, after everything has warmed up."""
    database = Database(url)
    at: dict[str, int] = {}
    seen: dict[tuple[str, int], float] = {}
    end = time.monotonic() + WARM_UP + seconds
    counts_from = time.time() + WARM_UP
    while time.monotonic() < end:
        async with database.read() as connection:
            reached = await cursors.updated_at(connection)
        now = time.time()
        for chain, (number, *_) in reached.items():
            for block in range(at.get(chain, number) + 1, number + 1):
                if now >= counts_from:
                    seen[chain, block] = now
            at[chain] = number
        await asyncio.sleep(_LOOK_EVERY)
    await database.close()
    return seen


def _print(late: dict[str, list[float]], *, as_json: bool) -> None:
    lines = [f"{'chain':<10}  {'blocks':>6}  {'poll ms':>7}  {'p50 ms':>7}  {'p99 ms':>7}"]
    beyond: list[float] = []
    rows = []
    for name, found in late.items():
        poll = min(known_chains()[name].block_time, LONGEST_POLL)
        p50, p99 = median(found), _p99(found)
        beyond += [max(0.0, one - poll) for one in found]
        rows.append({"chain": name, "blocks": len(found), "poll": poll, "p50": p50, "p99": p99})
        lines.append(
            f"{name:<10}  {len(found):>6}  {1000 * poll:>7.0f}  {1000 * p50:>7.0f}"
            f"  {1000 * p99:>7.0f}"
        )
    everything = [one for found in late.values() for one in found]
    lines.append(f"{len(everything)} blocks, p50 of all {1000 * median(everything):.0f} ms")
    promises = [
        Promise("p50 beyond the poll interval in ms", 1000 * median(beyond), at_most=250),
        Promise("p99 beyond the poll interval in ms", 1000 * _p99(beyond), at_most=1000),
    ]
    print_report("latency", promises, lines, {"rows": rows}, as_json=as_json)


def _p99(found: list[float]) -> float:
    return quantiles(found, n=100)[-1] if len(found) > 1 else found[0]


if __name__ == "__main__":
    sys.exit(main())
