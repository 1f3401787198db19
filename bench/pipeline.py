"""From a node to the outbox, beside web3.py's fetch and decode of the same blocks.

``python -m bench.pipeline [--blocks 60] [--rounds 5] [--json]``. Ours does everything: fetch,
check, decode, enrich, match against 10,000 watches, and commit to SQLite. web3.py only fetches
and decodes. Both must find the same transfers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
from web3 import Web3
from web3._utils.events import get_event_data
from web3.exceptions import LogTopicError

from bench.report import Row, print_rows
from data.chains import known_chains
from data.database import Database
from data.logging import set_up_logging
from data.migrate import migrate
from data.model import BlockRef, ChatKind, UsdThreshold
from data.queries import chats, cursors, leases, watches
from data.queries.tokens import TokenRow
from watcher.assets.names import TokenNames
from watcher.assets.price_api import PriceApi
from watcher.assets.prices import Prices
from watcher.collect import Collector
from watcher.decode import decode
from watcher.enrich import enrich, moved_tokens
from watcher.evm.chainlink import read_feeds
from watcher.evm.fetch import EvmBlocks
from watcher.evm.metadata import read_tokens
from watcher.evm.transfers import DEPOSIT, TRANSFER, WITHDRAWAL
from watcher.notify import EnrichedBlock, Progress, commit
from watcher.rpc.pool import Pool

WATCHES = 10_000
CHAIN = known_chains()["ethereum"]
_PARTIES = [{"indexed": True, "name": name, "type": "address"} for name in ("sender", "recipient")]
_AMOUNT = {"indexed": False, "name": "amount", "type": "uint256"}


def _event(name: str, parties: int) -> dict[str, Any]:
    inputs = [*_PARTIES[:parties], _AMOUNT]
    return {"anonymous": False, "inputs": inputs, "name": name, "type": "event"}


EVENTS = {
    TRANSFER: _event("Transfer", 2),
    DEPOSIT: _event("Deposit", 1),
    WITHDRAWAL: _event("Withdrawal", 1),
}


async def _nothing() -> None:
    """What the collector does between rounds here."""


async def ours(url: str, first: int, last: int) -> tuple[float, int]:
    """Seconds and transfers of the whole pipeline over the blocks."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}")
        try:
            await migrate(database)
            await _fill(database)
            async with (
                Pool(CHAIN.name, CHAIN.chain_id, [url]) as pool,
                aiohttp.ClientSession() as session,
            ):
                return await _follow(database, pool, session, first, last)
        finally:
            await database.close()


async def _fill(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.write() as connection:
        for number in range(1, WATCHES // 100 + 1):
            await chats.meet(connection, number, ChatKind.PRIVATE, Decimal(100_000), now)
        for number in range(WATCHES):
            await watches.add(
                connection,
                number % (WATCHES // 100) + 1,
                now=now,
                address=number.to_bytes(20),
                threshold=UsdThreshold(Decimal(1)),
            )


async def _follow(
    database: Database, pool: Pool, session: aiohttp.ClientSession, first: int, last: int
) -> tuple[float, int]:
    source = EvmBlocks(CHAIN, pool)

    async def tokens(addresses: Any) -> list[TokenRow]:
        return await read_tokens(pool, CHAIN.multicall3, addresses, within=10)

    async def feeds(block: str, asked_at: datetime) -> Any:
        every = list(CHAIN.feeds.values())
        return await read_feeds(pool, CHAIN.multicall3, every, block, asked_at, within=10)

    names = TokenNames(CHAIN, database, tokens)
    prices = Prices(CHAIN, feeds, PriceApi("", CHAIN, session))
    below = await source.block(first, exists=True)
    if below is None:
        raise SystemExit("the node has no such block")
    start = BlockRef(CHAIN.name, first - 1, below.ref.parent_hash, bytes(32), below.ref.time)
    async with database.write() as connection:
        await cursors.begin(connection, start)
        epoch = await leases.acquire(connection, CHAIN.name, "bench", timedelta(hours=1))
    collector = Collector(CHAIN, source, [start], at_head=False, on_round=_nothing)
    await collector.survey()
    transfers = 0
    begun = time.perf_counter()
    while collector.cursor.number < last:
        step = await collector.next()
        blocks = []
        for block, born in zip(step.blocks, step.born, strict=True):
            transactions = decode(block)
            transfers += sum(len(found.transfers) for found in transactions)
            moved = moved_tokens(transactions)
            found = enrich(
                CHAIN,
                block.ref,
                transactions,
                await names.of(moved),
                await prices.at(block.ref, moved),
            )
            blocks.append(EnrichedBlock(block.ref, transactions, found, born))
        await commit(
            database,
            CHAIN,
            epoch or 0,
            Progress(step.before, step.ancestor, tuple(blocks)),
            now=datetime.now(UTC),
            keep_from_usd=Decimal(10_000),
        )
        collector.advance(step)
    return time.perf_counter() - begun, transfers


def web3py(url: str, first: int, last: int) -> tuple[float, int]:
    """Seconds and transfers of web3.py: blocks, receipts, and its own event decoding."""
    web3 = Web3(Web3.HTTPProvider(url))
    wrapped = "0x" + CHAIN.wrapped_native.hex()
    transfers = 0
    begun = time.perf_counter()
    for number in range(first, last + 1):
        block = web3.eth.get_block(number, full_transactions=True)
        receipts = web3.eth.get_block_receipts(number)
        for transaction, receipt in zip(block["transactions"], receipts, strict=True):
            if receipt["status"] != 1:
                continue
            transfers += transaction["value"] > 0
            transfers += sum(_moves(web3, log, wrapped) for log in receipt["logs"])
    return time.perf_counter() - begun, transfers


def _moves(web3: Web3, log: Any, wrapped: str) -> bool:
    topic = "0x" + log["topics"][0].hex().removeprefix("0x") if log["topics"] else ""
    event = EVENTS.get(topic)
    if event is None or (topic != TRANSFER and log["address"].lower() != wrapped):
        return False
    try:
        decoded = get_event_data(web3.codec, event, log)
    except LogTopicError:
        return False  # an NFT's: the amount is indexed there
    return bool(decoded["args"]["amount"] > 0)


def main() -> int:
    """Interleaved rounds of both; 1 when they did not find the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=60)
    parser.add_argument("--transactions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")  # to stderr: what is printed is for programs, too
    command = [sys.executable, "-m", "bench.node", "--blocks", str(chosen.blocks)]
    command += ["--transactions", str(chosen.transactions)]
    node = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(node.stdout.readline() if node.stdout else "{}")
        span = ready["url"], ready["first"], ready["last"]
        runs: dict[str, list[float]] = {"spyhop": [], "web3.py": []}
        found = set()
        for _ in range(chosen.rounds):
            for name in runs:
                seconds, transfers = asyncio.run(ours(*span)) if name == "spyhop" else web3py(*span)
                runs[name].append(seconds)
                found.add(transfers)
    finally:
        node.terminate()
        node.wait()
    if len(found) != 1:
        print(f"the contenders found different transfers: {sorted(found)}", file=sys.stderr)
        return 1
    rows = [Row(name, tuple(times), chosen.blocks, *found) for name, times in runs.items()]
    print_rows("pipeline", rows, "web3.py", as_json=chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
