"""Chains whose blocks come by the clock, in a process of their own:
``python -m bench.mines --chains bsc,base --transactions 40``.

Prints one JSON line with the URL of each chain's node, then one for every block: its chain, number,
and the moment from which the node has it (seconds since 1970).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from contextlib import AsyncExitStack

from sandbox.chain import ChainSandbox, chain_spec


async def mine(names: list[str], transactions: int) -> None:
    """Until the process is ended."""
    async with AsyncExitStack() as stack:
        sandboxes = {
            name: await stack.enter_async_context(ChainSandbox(chain_spec(name), nodes=1))
            for name in names
        }
        print(json.dumps({name: one.rpc_urls[0] for name, one in sandboxes.items()}), flush=True)
        async with asyncio.TaskGroup() as tasks:
            for name, sandbox in sandboxes.items():
                tasks.create_task(_mine(name, sandbox, transactions))


async def _mine(name: str, sandbox: ChainSandbox, transactions: int) -> None:
    pace = sandbox.chain.spec.block_time
    due = time.monotonic()
    while True:
        due += pace
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        (head,) = sandbox.chain.mine(1, transactions=transactions)
        told = {"chain": name, "number": head.number, "at": time.time()}
        print(json.dumps(told), flush=True)


def main() -> None:
    """Mine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chains", required=True)
    parser.add_argument("--transactions", type=int, default=40)
    chosen = parser.parse_args()
    asyncio.run(mine(chosen.chains.split(","), chosen.transactions))


if __name__ == "__main__":
    main()
