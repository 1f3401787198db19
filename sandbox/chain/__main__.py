"""`python -m sandbox.chain --chain ethereum --nodes 3 --auto-mine`: a chain until Ctrl-C; prints
its URLs as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys

from data.chains import known_chains
from sandbox.chain import ChainSandbox, ChainSpec, NoiseSpec, chain_spec


def main(arguments: list[str] | None = None) -> None:
    """Parse the arguments, serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.chain", description=__doc__)
    parser.add_argument("--chain", choices=sorted(known_chains()), default="ethereum")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--auto-mine", action="store_true", help="a block each block time")
    parser.add_argument("--block-time", type=float, help="seconds; the real chain's by default")
    parser.add_argument("--transactions", type=int, help="ordinary transactions a block")
    parser.add_argument("--whale-share", type=float, default=NoiseSpec().whale_share)
    parser.add_argument("--keep", type=int, default=300, help="blocks to remember")
    parser.add_argument("--ports", type=int, nargs="*", default=[], help="one for each node")
    parser.add_argument("--control-port", type=int, default=0)
    chosen = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(chosen))


async def _serve(chosen: argparse.Namespace) -> None:
    sandbox = ChainSandbox(
        _spec(chosen),
        nodes=chosen.nodes,
        seed=chosen.seed,
        keep=chosen.keep,
        auto_mine=chosen.auto_mine,
        ports=tuple(chosen.ports),
        control_port=chosen.control_port,
    )
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with sandbox:
        urls = {
            "chain": sandbox.chain.spec.name,
            "control_url": sandbox.control_url,
            "prices_url": sandbox.prices_url,
            "rpc_urls": sandbox.rpc_urls,
            "ws_urls": sandbox.ws_urls,
        }
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        await ended.wait()


def _spec(chosen: argparse.Namespace) -> ChainSpec:
    plain = chain_spec(chosen.chain)
    transactions = plain.noise.transactions if chosen.transactions is None else chosen.transactions
    noise = NoiseSpec(transactions=transactions, whale_share=chosen.whale_share)
    return chain_spec(chosen.chain, block_time=chosen.block_time, noise=noise)


if __name__ == "__main__":
    main()
