"""A node with ready-made answers, in a process of its own: ``python -m bench.node --blocks 60``.

It serves a generated chain as fast as Python can, uncompressed, so that it is the clients that
are measured: what clients ask for in bulk was encoded before, and is only put together. What a
contract said once is remembered: a node written for speed runs hundreds of reads in a millisecond,
the sandbox in twenty. Prints one JSON line when it is ready: its URL, and the blocks that it has.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec
import uvloop
from aiohttp import web

from sandbox.chain import Chain, ChainSpec, ethereum_spec
from sandbox.chain.answering import Request, answer
from sandbox.chain.rendering import Rendering, Renderings
from sandbox.chain.view import View

HISTORY = 128
"""Blocks before the first one that is served, so that the state of an epoch's first is known."""
SEED = 7
REMEMBERED = 10_000
"""Answers of contracts, some 20 kB each."""
POPULATION = 50_000
"""Addresses on the chain. The sandbox's own few thousand would be met again in every block."""
_BEFORE_ID = b'{"jsonrpc":"2.0","id":'


class Answers:
    """The results of the calls that clients make for every block, as bytes.

    Blocks are mined and encoded up to ``ready``; those up to ``head`` when they are asked for, and
    then only the newest are kept.
    """

    def __init__(self, chain: Chain, transactions: int, first: int, head: int, ready: int) -> None:
        self._chain = chain
        self._transactions = transactions
        self._chain_id = hex(chain.spec.chain_id).encode()
        self._head = head
        self._keep = ready - first + 1
        self._made = first - 1
        self.renderings = Renderings(keep=self._keep + HISTORY)
        self._blocks: dict[str, bytes] = {}
        self._slim: dict[str, bytes] = {}
        self._receipts: dict[str, bytes] = {}
        self._logs: dict[int, list[tuple[str, bytes]]] = {}
        self._numbers: dict[str, int] = {}
        self._make(ready)

    def _make(self, up_to: int) -> None:
        while self._made < min(up_to, self._head):
            self._chain.mine(1, transactions=self._transactions)
            self._made += 1
            block = self._chain.ledger.at(self._made)
            if block is None:
                raise RuntimeError("the chain forgot a block that it has just mined")
            self._add(self._made, "0x" + block.hash.hex(), self.renderings.of(block))
            self._forget(self._made - self._keep)

    def _add(self, number: int, block_hash: str, rendering: Rendering) -> None:
        self._blocks[hex(number)] = bytes(rendering.full)
        self._slim[hex(number)] = bytes(rendering.slim)
        self._receipts[block_hash] = bytes(rendering.all_receipts)
        self._numbers[block_hash] = number
        self._logs[number] = [
            (log["topics"][0] if log["topics"] else "", msgspec.json.encode(log))
            for receipt in rendering.receipts
            for log in receipt["logs"]
        ]

    def _forget(self, number: int) -> None:
        if number in self._logs:
            oldest = next(iter(self._numbers))
            del self._numbers[oldest], self._receipts[oldest], self._logs[number]
            del self._blocks[hex(number)], self._slim[hex(number)]

    def view(self) -> View:
        """What the node knows, for everything that is not made ready."""
        chain = self._chain
        return View(chain, self.renderings, chain.head.number, chain.spec.chain_id)

    def of(self, method: str, params: Any) -> bytes | None:
        """The result; None where it was not made ready."""
        if method == "eth_getBlockByNumber" and params[0].startswith("0x"):
            self._make(int(params[0], 16))
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


def populated() -> ChainSpec:
    """Ethereum with so many people on it."""
    spec = ethereum_spec()
    return replace(spec, noise=replace(spec.noise, population=POPULATION))


def build(blocks: int, transactions: int, ready: int) -> tuple[Answers, int]:
    """So many full blocks after a history of empty ones, and the first one's number."""
    keep = ready + HISTORY
    chain = Chain(populated(), seed=SEED, start_time=1_760_000_000, history=HISTORY, keep=keep)
    first = chain.head.number + 1
    answers = Answers(chain, transactions, first, first + blocks - 1, first + ready - 1)
    return answers, first


async def serve(answers: Answers, first: int, last: int) -> None:
    """Answer until the process is ended."""

    @lru_cache(maxsize=REMEMBERED)
    def said(params: bytes, _head: int) -> bytes:
        """What a contract says, behind the request's id."""
        call = {"id": 0, "method": "eth_call", "params": msgspec.json.decode(params)}
        return answer(Request((call,)), answers.view(), ()).removeprefix(_BEFORE_ID + b"0")

    def one(call: dict[str, Any]) -> bytes:
        method, params = call["method"], call.get("params") or []
        number = msgspec.json.encode(call["id"])
        if method == "eth_call":
            rest = said(msgspec.json.encode(params), answers.view().head)
            return _BEFORE_ID + number + rest
        result = answers.of(method, params)
        if result is None:
            return answer(Request((call,)), answers.view(), ())
        return b'%b%b,"result":%b}' % (_BEFORE_ID, number, result)

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
    ready = {"url": f"http://{host}:{port}", "first": first, "last": last}
    print(json.dumps(ready), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Build, then serve."""
    parser = argparse.ArgumentParser(description="a node with ready-made answers")
    parser.add_argument("--blocks", type=int, default=60)
    parser.add_argument("--transactions", type=int, default=200)
    parser.add_argument("--ready", type=int, help="so many made before; the rest when asked for")
    chosen = parser.parse_args()
    answers, first = build(chosen.blocks, chosen.transactions, chosen.ready or chosen.blocks)
    uvloop.run(serve(answers, first, first + chosen.blocks - 1))


if __name__ == "__main__":
    main()
