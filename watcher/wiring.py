"""Where the watcher's parts are put together, and nowhere else."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING

import aiohttp
import structlog

from data.database import Database, open_database
from data.errors import ConfigurationError
from data.faults import faults
from data.metrics import metrics_served
from data.migrate import prepare_schema
from data.redis.connection import open_redis, refuse_eviction
from data.redis.published import NodeStatus
from data.together import end
from data.venues import venues_with
from watcher.assets.names import TokenNames
from watcher.assets.price_api import PriceApi
from watcher.assets.prices import Prices
from watcher.evm.block import EvmBlock
from watcher.evm.fees import fees_of
from watcher.evm.fetch import EvmBlocks
from watcher.evm.market import EvmMarket
from watcher.evm.metadata import read_tokens
from watcher.follow import Follower, FollowOptions
from watcher.gas import BlockFees, GasGauge
from watcher.instruments import (
    PoolTotals,
    count_rpc_event,
    count_step,
    count_traces,
    show_status,
)
from watcher.pursuits.pursuer import Pursuer
from watcher.rpc.events import (
    CallFellBack,
    CallOvertaken,
    NodeFaulted,
    NodeLimited,
    RpcEvent,
    SocketLost,
    SocketOpened,
)
from watcher.rpc.heads import Heads
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool
from watcher.upkeep import upkeep

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from data.model import BlockRef, Chain, Price
    from data.queries.tokens import TokenRow
    from data.settings import Settings
    from watcher.collect import Step
    from watcher.family import Block

log = structlog.get_logger(__name__)

_ASSETS_WITHIN = 10.0
"""Seconds for one read of names or prices: an alert does not wait longer for them."""
_CANCEL_AGAIN_AFTER = 5.0


def collect_rarely() -> None:
    """Have Python look for cycles less often: blocks have none, and are many small things. To go
    through three large ones takes some 30 ms, in which nothing else goes on."""
    gc.collect()
    gc.freeze()  # what was imported stays
    gc.set_threshold(50_000, 20, 20)


async def run_watcher(settings: Settings, stopping: asyncio.Event) -> None:
    """Follow every configured chain until ``stopping`` is set.

    Raises ConfigurationError for what no restart can mend.
    """
    collect_rarely()
    async with AsyncExitStack() as stack:
        port = settings.watcher_metrics_port
        stack.enter_context(metrics_served("WATCHER_METRICS_PORT", settings.metrics_host, port))
        database = open_database(settings)
        stack.push_async_callback(database.close)
        await prepare_schema(database, migrate_now=settings.auto_migrate)
        redis = open_redis(settings.redis)
        stack.push_async_callback(redis.aclose)
        await refuse_eviction(redis)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        owner = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        running: list[Callable[[], Coroutine[None, None, None]]] = []
        for name in settings.chains:
            chain = settings.known_chains[name]
            pool = await stack.enter_async_context(open_pool(chain, settings))
            heads = open_heads(chain, pool, settings)
            blocks = EvmBlocks(
                chain,
                pool,
                heads,
                audit=settings.audit_receipts,
                on_traced=_TracesTold() if name in settings.trace_chains else None,
            )
            follower = _follower(chain, pool, blocks, database, redis, session, settings, owner)
            running += [follower.run, blocks.get_to_know_nodes]
            if heads is not None:
                running.append(heads.run)
        scheduler = upkeep(database, settings)
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(faults.run(redis, "watcher", stopping))
            started = [tasks.create_task(run()) for run in running]
            await stopping.wait()
            await end(started, again_after=_CANCEL_AGAIN_AFTER)


def open_pool(chain: Chain, settings: Settings) -> Pool:
    """The pool of a chain's configured nodes."""
    options = PoolOptions(
        timeout=settings.rpc_timeout,
        breaker_threshold=settings.breaker_faults,
        breaker_open_for=settings.breaker_open_for,
        quarantine_for=settings.quarantine_for,
        backoff_first=settings.backoff_first,
        backoff_longest=settings.backoff_longest,
        block_time=chain.block_time,
    )
    try:
        return Pool(
            chain.name, chain.chain_id, settings.node_urls(chain.name), options, on_event=_on_event
        )
    except ValueError as error:
        msg = f"{chain.name.upper()}_RPC_URLS is wrong: {error}"
        raise ConfigurationError(msg) from None


def open_heads(chain: Chain, pool: Pool, settings: Settings) -> Heads | None:
    """What listens to the chain's configured WebSockets; None where there are none."""
    urls = settings.socket_urls(chain.name)
    if not urls:
        return None

    def told() -> set[int]:
        return {node.head for node in pool.nodes if node.head is not None}

    try:
        return Heads(
            chain.name, chain.chain_id, urls, chain.block_time, told=told, on_event=_on_event
        )
    except ValueError as error:
        msg = f"{chain.name.upper()}_WS_URLS is wrong: {error}"
        raise ConfigurationError(msg) from None


def _follower(
    chain: Chain,
    pool: Pool,
    blocks: EvmBlocks,
    database: Database,
    redis: Redis,
    session: aiohttp.ClientSession,
    settings: Settings,
    owner: str,
) -> Follower:
    pursuer = Pursuer(chain, blocks.transactions, database, redis)

    async def native_price(ref: BlockRef) -> Price | None:
        return (await prices.at(ref, ())).get(None)

    async def tokens(addresses: Sequence[bytes]) -> list[TokenRow]:
        return await read_tokens(pool, chain.multicall3, addresses, within=_ASSETS_WITHIN)

    api = PriceApi(settings.price_api_url, chain, session)
    prices = Prices(chain, EvmMarket(pool, chain, within=_ASSETS_WITHIN), api)
    gauge = GasGauge(chain, _fees_of, native_price, redis)

    def on_step(step: Step) -> None:
        count_step(step)
        pursuer.stepped()
        gauge.stepped(step)

    return Follower(
        chain,
        blocks,
        TokenNames(chain, database, tokens),
        prices,
        _node_statuses(pool, blocks),
        database,
        redis,
        FollowOptions(
            owner,
            settings.chain_lease_for,
            settings.keep_movements_from_usd,
            settings.catch_up_within,
            venues_with(chain.name, settings.labels),
        ),
        on_step=on_step,
        on_status=show_status,
        beside=(pursuer.run, gauge.run),
    )


def _fees_of(block: Block) -> BlockFees | None:
    return fees_of(block) if isinstance(block, EvmBlock) else None


def _node_statuses(pool: Pool, blocks: EvmBlocks) -> Callable[[], tuple[NodeStatus, ...]]:
    totals = PoolTotals(pool.chain)

    def statuses() -> tuple[NodeStatus, ...]:
        nodes = pool.nodes
        totals.show(nodes, pool.counts)
        return tuple(
            NodeStatus(
                name=node.name,
                state=node.state,
                head=node.head,
                latency_ms=None if node.latency_ms is None else round(node.latency_ms),
                calls=node.calls,
                faults=node.faults,
                reason=node.reason or node.last_error,
                plan=blocks.plan(node.name),
                bytes_per_day=node.bytes_per_day,
            )
            for node in nodes
        )

    return statuses


def _on_event(event: RpcEvent) -> None:
    count_rpc_event(event)
    _log_event(event)


class _TracesTold:
    """Counts a chain's blocks without traces, and says so when that begins and ends."""

    def __init__(self) -> None:
        self._lacking = False

    def __call__(self, chain: str, why: str | None) -> None:
        count_traces(chain, why)
        if self._lacking != (why is not None):
            self._lacking = why is not None
            if why is not None:
                log.warning("blocks are used without traces", chain=chain, why=why)
            else:
                log.info("blocks have traces again", chain=chain)


_QUIET = (CallFellBack, CallOvertaken, NodeFaulted, NodeLimited, SocketLost, SocketOpened)


def _log_event(event: RpcEvent) -> None:
    fields = {name: str(value) for name, value in asdict(event).items()}
    quiet = isinstance(event, _QUIET)
    (log.debug if quiet else log.warning)(type(event).__name__, **fields)
