"""A node with ready-made answers, in a process of its own: ``python -m bench.node --blocks 60``.

It serves a generated chain as fast as Python can, uncompressed, so that it is the clients that
are measured: what clients ask for in bulk was encoded before, and is only put together. Prints one
JSON line when it is ready: its URL, and the blocks that it has.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import msgspec
import uvloop
from aiohttp import web

from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.answering import Request, answer
from sandbox.chain.rendering import Rendering, Renderings
from sandbox.chain.view import View

HISTORY = 128
"""Blocks before the first one that is served, so that the state of an epoch's first is known."""
POPULATION = 50_000
"""Addresses on the chain. The sandbox's own few thousand would be met again in every block."""


class Answers:
    """The results of the calls that clients make for every block, as bytes."""

    def __init__(self, chain: Chain, renderings: Renderings, first: int) -> None:
        self._chain_id = hex(chain.spec.chain_id).encode()
        self._head = chain.head.number
        self._blocks: dict[str, bytes] = {}
        self._slim: dict[str, bytes] = {}
        self._receipts: dict[str, bytes] = {}
        self._logs: dict[int, list[tuple[str, bytes]]] = {}
        self._numbers: dict[str, int] = {}
        for number in range(first, self._head + 1):
            block = chain.ledger.at(number)
            if block is None:
                raise RuntimeError("the chain forgot a block that it has just mined")
            self._add(number, "0x" + block.hash.hex(), renderings.of(block))

    def _add(self, number: int, block_hash: str, rendering: Rendering) -> None:
        self._blocks[hex(number)] = bytes(rendering.full)
        self._slim[hex(number)] = bytes(rendering.slim)
        self._receipts[block_hash] = self._receipts[hex(number)] = bytes(rendering.all_receipts)
        self._numbers[block_hash] = number
        self._logs[number] = [
            (log["topics"][0] if log["topics"] else "", msgspec.json.encode(log))
            for receipt in rendering.receipts
            for log in receipt["logs"]
        ]

    def of(self, method: str, params: Any) -> bytes | None:
        """The result; None where it was not made ready."""
        ready: dict[str, Callable[[], bytes | None]] = {
            "eth_getBlockByNumber": lambda: (self._blocks if params[1] else self._slim).get(
                params[0]
            ),
            "eth_getBlockReceipts": lambda: self._receipts.get(params[0]),
            "eth_getLogs": lambda: self._filtered(params[0]),
            "eth_blockNumber": lambda: b'"' + hex(self._head).encode() + b'"',
            "eth_chainId": lambda: b'"' + self._chain_id + b'"',
        }
        return ready[method]() if method in ready else None

    def _filtered(self, wanted: dict[str, Any]) -> bytes | None:
        if "address" in wanted:
            return None
        if "blockHash" in wanted:
            numbers: Iterable[int] = [self._numbers[wanted["blockHash"]]]
        else:
            last = min(int(wanted["toBlock"], 16), self._head)
            numbers = range(int(wanted["fromBlock"], 16), last + 1)
        topics = wanted.get("topics") or []
        if len(topics) > 1:
            return None
        any_of = set(topics[0] if isinstance(topics[0], list) else topics) if topics else None
        found = [
            raw
            for number in numbers
            for topic, raw in self._logs[number]
            if any_of is None or topic in any_of
        ]
        return b"[" + b",".join(found) + b"]"


def build(blocks: int, transactions: int) -> tuple[Chain, Renderings]:
    """A chain of so many full blocks, after a history of empty ones."""
    spec = ethereum_spec()
    spec = replace(spec, noise=replace(spec.noise, population=POPULATION))
    chain = Chain(spec, seed=7, start_time=1_760_000_000, history=HISTORY, keep=blocks + HISTORY)
    renderings = Renderings(keep=blocks + HISTORY + 1)
    chain.mine(blocks, transactions=transactions)
    return chain, renderings


async def serve(chain: Chain, renderings: Renderings, blocks: int) -> None:
    """Answer until the process is ended."""
    view = View(chain, renderings, chain.head.number, chain.spec.chain_id)
    first = chain.head.number - blocks + 1
    answers = Answers(chain, renderings, first)

    def one(call: dict[str, Any]) -> bytes:
        result = answers.of(call["method"], call.get("params") or [])
        if result is None:
            return answer(Request((call,)), view, ())
        number = msgspec.json.encode(call["id"])
        return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (number, result)

    async def handle(request: web.Request) -> web.Response:
        asked = msgspec.json.decode(await request.read())
        if isinstance(asked, list):
            body = b"[" + b",".join([one(call) for call in asked]) + b"]"
        else:
            body = one(asked)
        return web.Response(body=body, content_type="application/json")

    application = web.Application(client_max_size=2**24)
    application.router.add_post("/", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    ready = {"url": f"http://{host}:{port}", "first": first, "last": chain.head.number}
    print(json.dumps(ready), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Build, then serve."""
    parser = argparse.ArgumentParser(description="a node with ready-made answers")
    parser.add_argument("--blocks", type=int, default=60)
    parser.add_argument("--transactions", type=int, default=200)
    chosen = parser.parse_args()
    uvloop.run(serve(*build(chosen.blocks, chosen.transactions), chosen.blocks))


if __name__ == "__main__":
    main()
