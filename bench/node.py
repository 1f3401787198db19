"""A node with ready-made answers, in a process of its own: ``python -m bench.node --blocks 60``.

It serves a generated chain as fast as Python can, uncompressed, so that it is the clients that
are measured. Prints one JSON line when it is ready: its URL, and the blocks that it has.
"""

from __future__ import annotations

import argparse
import asyncio
import json

from aiohttp import web

from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.answering import Request, answer
from sandbox.chain.rendering import Renderings
from sandbox.chain.view import View

HISTORY = 1


def build(blocks: int, transactions: int) -> tuple[Chain, Renderings]:
    """A chain of so many full blocks, every answer rendered."""
    chain = Chain(ethereum_spec(), seed=7, start_time=1_760_000_000, history=HISTORY, keep=blocks)
    renderings = Renderings(keep=blocks + HISTORY + 1)
    for head in chain.mine(blocks, transactions=transactions):
        block = chain.ledger.at(head.number)
        if block is None:
            raise RuntimeError("the chain forgot a block that it has just mined")
        rendering = renderings.of(block)
        _ = rendering.full, rendering.all_receipts
    return chain, renderings


async def serve(chain: Chain, renderings: Renderings, blocks: int) -> None:
    """Answer until the process is ended."""
    view = View(chain, renderings, chain.head.number, chain.spec.chain_id)

    async def handle(request: web.Request) -> web.Response:
        body = answer(Request.parse(await request.read()), view, ())
        return web.Response(body=body, content_type="application/json")

    application = web.Application(client_max_size=2**24)
    application.router.add_post("/", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    last = chain.head.number
    ready = {"url": f"http://{host}:{port}", "first": last - blocks + 1, "last": last}
    print(json.dumps(ready), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Build, then serve."""
    parser = argparse.ArgumentParser(description="a node with ready-made answers")
    parser.add_argument("--blocks", type=int, default=60)
    parser.add_argument("--transactions", type=int, default=200)
    chosen = parser.parse_args()
    asyncio.run(serve(*build(chosen.blocks, chosen.transactions), chosen.blocks))


if __name__ == "__main__":
    main()
