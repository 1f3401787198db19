"""Who runs in the benches: ours in its shapes, the floor under it, and its peers.

Each takes a span of blocks and tells what it took and found. All that decode count the same
transfers: native value, ERC-20 transfers, and deposits and withdrawals of the wrapped coin.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from redis.asyncio import Redis
from sqlalchemy import func, select

from bench.ground import Run, Span, Stopwatch, run
from data.chains import known_chains
from data.database import Database
from data.model import BlockRef, Direction, Integrity, Standard, UsdThreshold, Watch
from data.queries import cursors
from data.tables import (
    alerts,
    blocks,
    chain_leases,
    chat_queues,
    coverage_gaps,
    legs,
    movements,
    tokens,
    unverified_blocks,
)
from data.tables import (
    cursors as cursor_table,
)
from watcher.assets.names import TokenNames
from watcher.assets.price_api import PriceApi
from watcher.assets.prices import Prices
from watcher.collect import BATCH, Step
from watcher.concern import Asked, concerns, parties_of
from watcher.decode import decode
from watcher.evm.fetch import EvmBlocks
from watcher.evm.market import EvmMarket
from watcher.evm.metadata import read_tokens
from watcher.evm.wire import RpcBlock, RpcReceipt
from watcher.follow import Follower, FollowOptions
from watcher.rpc.pool import Pool
from watcher.slices import Turns
from watcher.stages import SLICE
from watcher.weigh import weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from data.model import Chain
    from data.queries.tokens import TokenRow
    from watcher.evm.block import EvmBlock
    from watcher.family import Block

CHAIN = known_chains()["ethereum"]
UNCHECKED = replace(CHAIN, integrity=Integrity(bloom_from=None, receipts_root_from=None))
KEEP_FROM_USD = Decimal(10_000)
NOTHING_KEPT = Decimal(10) ** 40
"""Dollars that nobody moves: where nothing is written down, none is looked at for that alone."""
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
_WRITTEN = (
    legs, alerts, chat_queues, movements, cursor_table, blocks, tokens, chain_leases,
    coverage_gaps, unverified_blocks,
)  # fmt: skip


async def whole(
    database: Database,
    redis: Redis,
    span: Span,
    *,
    on_step: Callable[[Step], None] = lambda _: None,
    counted: bool = True,
) -> Run:
    """The product's own loop, from the node to the outbox, from a cursor below the span.

    ``counted``: the blocks are kept, and their transfers counted after the clock was stopped.
    """
    await _forget(database)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(Pool(CHAIN.name, CHAIN.chain_id, [span.url]))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        source = EvmBlocks(CHAIN, pool)
        async with database.write() as connection:
            await cursors.begin(connection, await _below(source, span))
        there = asyncio.Event()
        seen: list[Step] = []

        def taken_step(step: Step) -> None:
            on_step(step)
            if counted:
                seen.append(step)
            if step.after.number >= span.last:
                there.set()

        follower = Follower(
            CHAIN,
            source,
            _names(CHAIN, pool, database),
            _prices(CHAIN, pool, session),
            lambda: (),
            database,
            redis,
            FollowOptions("bench", 60, KEEP_FROM_USD, catch_up_within=1e9),
            on_step=taken_step,
        )
        watch = Stopwatch()
        task = asyncio.create_task(follower.run())
        await there.wait()
        taken = watch.stop()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with database.read() as connection:
            told = (await connection.execute(select(func.count()).select_from(alerts))).scalar_one()
        transfers = [len_of(block) for step in seen for block in step.blocks]
        return replace(taken, transfers=tuple(transfers), alerts=told)


def on_database(url: str, valkey: str, span: Span) -> Run:
    """The whole, on a database that is filled."""

    async def go() -> Run:
        database, redis = Database(url), Redis.from_url(valkey)
        try:
            return await whole(database, redis, span)
        finally:
            await redis.aclose()
            await database.close()

    return run(go())


async def in_memory(
    database: Database, span: Span, watched: AbstractSet[bytes], keep_from_usd: Decimal
) -> Run:
    """Without integrity and database: fetched, weighed at a glance, and matched against addresses
    that are held in memory. The database given would be asked for names only, and is not.

    ``keep_from_usd`` as in ``Asked``: movements that only a database would keep are made as well.

    All transfers are counted after the clock was stopped, as in ``whole``.
    """
    async with (
        Pool(CHAIN.name, CHAIN.chain_id, [span.url]) as pool,
        aiohttp.ClientSession() as session,
    ):
        source = EvmBlocks(UNCHECKED, pool)
        names, prices = _names(CHAIN, pool, database), _prices(CHAIN, pool, session)
        await _below(source, span)
        seen: list[Block] = []
        told = 0
        watch = Stopwatch()
        fetching = asyncio.create_task(_fetch(source, prices, span.first, span.last))
        next_one = span.first
        while next_one <= span.last:
            found = await fetching
            next_one = found[-1].ref.number + 1
            if next_one <= span.last:
                fetching = asyncio.create_task(_fetch(source, prices, next_one, span.last))
                await asyncio.sleep(0)  # the node is asked before anything else is done
            batch, turns = [], Turns(SLICE)
            for block in found:
                glance = await block.glance()
                at = await prices.at(block.ref, glance.tokens)
                batch.append(weighed(CHAIN, block, glance, names.at_hand, at, block.ref.time))
                await turns.worked(len(batch[-1].weights))
            seen += found
            hit = [watch_on(one) for one in await parties_of(batch) & watched]
            asked = Asked(hit, None, (), keep_from_usd, {})
            told += len((await concerns(CHAIN, batch, names.at_hand, asked)).alerts)
        taken = watch.stop(alerts=told)
    return replace(taken, transfers=tuple([len_of(block) for block in seen]))


async def floor(span: Span) -> Run:
    """What cannot be saved: the same requests, their answers read and decoded into types."""

    class _Blocks(msgspec.Struct):
        result: RpcBlock

    class _Receipts(msgspec.Struct):
        result: list[RpcReceipt]

    read_blocks = msgspec.json.Decoder(list[_Blocks]).decode
    read_receipts = msgspec.json.Decoder(list[_Receipts]).decode
    async with aiohttp.ClientSession() as session:

        async def ask(method: str, calls: Sequence[list[Any]]) -> bytes:
            body = msgspec.json.encode(
                [
                    {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                    for number, params in enumerate(calls)
                ]
            )
            headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
            async with session.post(span.url, data=body, headers=headers) as response:
                return await response.read()

        watch = Stopwatch()
        for first in range(span.first, span.last + 1, BATCH):
            numbers = range(first, min(span.last, first + BATCH - 1) + 1)
            body = await ask("eth_getBlockByNumber", [[hex(n), True] for n in numbers])
            found = read_blocks(body)
            receipts = read_receipts(
                await ask("eth_getBlockReceipts", [[one.result.hash] for one in found])
            )
            if len(receipts) != len(found):
                raise SystemExit("the node left out receipts")
        return watch.stop()


def len_of(block: Block) -> int:
    """How many transfers are in a block, of the kinds that the peers decode as well."""
    return sum(
        [
            one.standard is Standard.ERC20 and one.amount > 0
            for found in decode(block)
            for one in found.transfers
        ]
    )


def watch_on(address: bytes) -> Watch:
    """With the threshold that chats have at first."""
    both, threshold = Direction.BOTH, UsdThreshold(Decimal(100_000))
    return Watch(0, 0, 1, 0, None, address, threshold, both, None, None, _LONG_AGO)


async def _fetch(source: EvmBlocks, prices: Prices, first: int, last: int) -> Sequence[EvmBlock]:
    """The next blocks; the feeds of their time have been read then, as when the product looks
    ahead."""
    found = await source.blocks(first, min(last, first + BATCH - 1))
    for block in found:
        await prices.at(block.ref, ())
    return found


async def _below(source: EvmBlocks, span: Span) -> BlockRef:
    """The block under the span; the nodes' chain is confirmed on the way."""
    block = await source.block(span.first, exists=True)
    if block is None:
        raise SystemExit("the node has no such block")
    ref = block.ref
    return BlockRef(ref.chain, ref.number - 1, ref.parent_hash, bytes(32), ref.time)


async def _forget(database: Database) -> None:
    async with database.write() as connection:
        for table in _WRITTEN:
            await connection.execute(table.delete())


def _names(chain: Chain, pool: Pool, database: Database) -> TokenNames:
    async def read(addresses: Sequence[bytes]) -> list[TokenRow]:
        return await read_tokens(pool, chain.multicall3, addresses, within=10)

    return TokenNames(chain, database, read)


def _prices(chain: Chain, pool: Pool, session: aiohttp.ClientSession) -> Prices:
    return Prices(chain, EvmMarket(pool, chain, within=10), PriceApi("", chain, session))
