"""The longest that a block holds all else up: ``python -m bench.steps [--transactions 5000]``.

A step is what runs between two turns of the event loop: while it lasts, no other chain is followed
and no deadline is kept. Each phase of a large block is run several times; its longest step is told
by the CPU that it took, so that a busy machine does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import time
from asyncio.events import Handle
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Self

from data.chains import known_chains
from data.logging import set_up_logging
from watcher.decode import decode
from watcher.evm.fetch import EvmBlocks
from watcher.evm.wire import RpcBlock, RpcReceipt
from watcher.rpc.pool import Pool

CHAIN = known_chains()["ethereum"]
LIMIT_MS = 20.0
RUN = "_run"
"""asyncio has no public place to measure a step at"""


class Steps:
    """Measures every step of the running loop inside `with`; asyncio's own loop, not uvloop's."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._run: Any = None

    def __enter__(self) -> Self:
        self._run = run = getattr(Handle, RUN)

        def measured(handle: Handle) -> None:
            begun = time.thread_time()
            run(handle)
            self.seconds.append(time.thread_time() - begun)

        setattr(Handle, RUN, measured)
        return self

    def __exit__(self, *_: object) -> None:
        setattr(Handle, RUN, self._run)


@dataclass(frozen=True, slots=True)
class Phase:
    """What was measured of one part of the way."""

    name: str
    steps: int
    longest_ms: float
    total_ms: float


async def measured(name: str, act: Callable[[], Awaitable[object]], rounds: int) -> Phase:
    """The phase's longest step in any round, and the least CPU that a round took."""
    runs = []
    for _ in range(rounds):
        with Steps() as steps:
            await asyncio.create_task(_done(act))
        runs.append(steps.seconds)
    longest = max(max(seconds) for seconds in runs)
    return Phase(
        name,
        steps=len(runs[0]),
        longest_ms=round(longest * 1000, 2),
        total_ms=round(min(sum(seconds) for seconds in runs) * 1000, 2),
    )


async def _done(act: Callable[[], Awaitable[object]]) -> None:
    await act()


async def phases(url: str, number: int, rounds: int) -> list[Phase]:
    """The way of one block, part by part."""
    async with Pool(CHAIN.name, CHAIN.chain_id, [url]) as pool:
        source = EvmBlocks(CHAIN, pool)
        block = await source.block(number, exists=True)
        if block is None:
            raise RuntimeError("the node lacks its own block")
        asked = [hex(number), True]
        block_hash = "0x" + block.ref.hash.hex()

        async def transfers() -> object:
            return decode(block)

        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "receive and decode the block": lambda: pool.call(
                "eth_getBlockByNumber", asked, type=RpcBlock | None
            ),
            "receive and decode its receipts": lambda: pool.call(
                "eth_getBlockReceipts", [block_hash], type=list[RpcReceipt] | None
            ),
            "receive, decode and check all of it": lambda: source.block(number, exists=True),
            "find its transfers": transfers,
        }
        return [await measured(name, act, rounds) for name, act in ways.items()]


def main() -> int:
    """Print the phases, and mark those in which a step took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")  # to stderr: what is printed is for programs, too
    command = [sys.executable, "-m", "bench.node", "--blocks", "1"]
    command += ["--transactions", str(chosen.transactions)]
    node = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    gc.freeze()  # as the watcher does
    try:
        ready = json.loads(node.stdout.readline() if node.stdout else "{}")
        found = asyncio.run(phases(ready["url"], ready["last"], chosen.rounds))
    finally:
        node.terminate()
        node.wait()
    over = [phase.name for phase in found if phase.longest_ms > LIMIT_MS]
    if chosen.json:
        rows = [asdict(phase) for phase in found]
        print(json.dumps({"bench": "steps", "limit_ms": LIMIT_MS, "rows": rows}))
        return 0
    print(f"steps: a block of {chosen.transactions:,} transactions, CPU of {chosen.rounds} rounds")
    print(f"{'':<36}  {'steps':>5}  {'longest':>10}  {'all':>10}")
    for phase in found:
        mark = f"  over {LIMIT_MS:g} ms" if phase.name in over else ""
        print(
            f"{phase.name:<36}  {phase.steps:>5}  {phase.longest_ms:>7.2f} ms"
            f"  {phase.total_ms:>7.1f} ms{mark}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
