"""Follow one chain: hold its lease, drive the five stages, publish how far they are.

What is published is written by the loop itself when it has made a round. When no round comes to its
end, the survey beside it says just that, so that a loop that stands still looks like one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY, plain_reason
from data.errors import FencedOut
from data.queries import cursors, leases
from data.redis.away import RedisAway
from data.redis.published import ChainStatus, NodeStatus, publish
from data.redis.wake import wake
from watcher.collect import Collector, ReorgBeyondMemory, Step, first_cursor
from watcher.decode import decode
from watcher.enrich import moved_tokens
from watcher.notify import Progress, commit
from watcher.rpc.errors import RpcError
from watcher.slices import in_slices
from watcher.weigh import weighed

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from data.database import Database
    from data.model import BlockRef, Chain
    from watcher.assets.names import TokenNames
    from watcher.assets.prices import Prices
    from watcher.family import Block, BlockSource
    from watcher.weigh import WeighedBlock

log = structlog.get_logger(__name__)

_PUBLISH_EVERY = 1.0
_PAUSE_AFTER_FAULT = 1.0
_SURVEY_EVERY = 15.0
_REDIS_WITHIN = 1.0
"""What is said to Redis can be said again: blocks do not wait for it."""


@dataclass(frozen=True, slots=True)
class FollowOptions:
    """``lease_for`` in seconds; ``owner`` names this process among standbys."""

    owner: str
    lease_for: float
    keep_from_usd: Decimal


class Follower:
    """Follows one chain for as long as it is let. ``nodes`` tells the state of its nodes.

    ``on_step`` hears of every step that was committed; it must neither raise nor take long.
    """

    def __init__(
        self,
        chain: Chain,
        source: BlockSource,
        names: TokenNames,
        prices: Prices,
        nodes: Callable[[], tuple[NodeStatus, ...]],
        database: Database,
        redis: Redis,
        options: FollowOptions,
        *,
        on_step: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self._chain = chain
        self._source = source
        self._names = names
        self._prices = prices
        self._nodes = nodes
        self._database = database
        self._redis = redis
        self._options = options
        self._on_step = on_step
        self._lease_for = timedelta(seconds=options.lease_for)
        self._published_at = -_PUBLISH_EVERY
        self._round_at = time.monotonic()
        self._collector: Collector | None = None

    async def run(self) -> None:
        """Until cancelled: take the lease, follow while it holds, wait for it otherwise."""
        while True:
            epoch = await self._acquire()
            if epoch is None:
                await asyncio.sleep(self._options.lease_for / 3)
                continue
            log.info("following", chain=self._chain.name, epoch=epoch)
            self._collector = None  # another may have moved the cursor since
            self._round_at = time.monotonic()
            try:
                await self._while_held(epoch)
            finally:
                with suppress(*DATABASE_AWAY):
                    await asyncio.shield(self._give_up(epoch))

    async def _acquire(self) -> int | None:
        try:
            async with self._database.write() as connection:
                return await leases.acquire(
                    connection, self._chain.name, self._options.owner, self._lease_for
                )
        except DATABASE_AWAY as error:
            log.warning("the database does not answer", error=plain_reason(error))
            return None

    async def _give_up(self, epoch: int) -> None:
        async with self._database.write() as connection:
            await leases.give_up(connection, self._chain.name, epoch)

    async def _while_held(self, epoch: int) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow(epoch))
                tasks.create_task(self._renew(epoch))
                tasks.create_task(self._survey())
        except* FencedOut as lost:
            log.warning("taken over", chain=self._chain.name, why=str(lost.exceptions[0]))

    async def _renew(self, epoch: int) -> None:
        """Raises FencedOut when the lease is another's."""
        while True:
            await asyncio.sleep(self._options.lease_for / 3)
            try:
                async with self._database.write() as connection:
                    held = await leases.renew(connection, self._chain.name, epoch, self._lease_for)
            except DATABASE_AWAY as error:
                # the cursor is fenced: at worst a standby takes over
                log.warning("the lease was not renewed", error=plain_reason(error))
                continue
            if not held:
                msg = f"the lease of {self._chain.title} ran out"
                raise FencedOut(msg)

    async def _survey(self) -> None:
        """Keep the state of the nodes known that nobody needs as long as the first one works."""
        while True:
            await asyncio.sleep(_SURVEY_EVERY)
            if self._collector is not None:
                with suppress(RpcError):
                    await self._collector.survey()
            silent = time.monotonic() - self._round_at
            if silent > _SURVEY_EVERY:
                # the loop waits inside a round, most likely for nodes that hang
                await self._publish("stuck", f"no round came to its end for {silent:.0f} s")

    async def _follow(self, epoch: int) -> None:
        """Raises FencedOut when another watcher has taken over."""
        while True:
            try:
                if self._collector is None:
                    self._collector = await self._resume()
                step = await self._collector.next()
                await self._take(step, epoch)
                self._collector.advance(step)
                self._on_step(step)
                await self._publish_now_and_then(
                    "catching up" if self._collector.head > step.after.number else "following"
                )
            except RpcError as error:
                await self._stumble("blind", str(error))
            except ReorgBeyondMemory as error:
                self._collector = None
                await self._stumble("latched", str(error))
            except DATABASE_AWAY as error:
                self._collector = None  # what was committed is read again
                await self._stumble("no database", plain_reason(error))
            except FencedOut:
                self._collector = None
                raise
            except Exception as error:
                # a fault of ours on one chain: the others go on, and the health check tells
                log.exception("failing", chain=self._chain.name)
                self._collector = None
                await self._stumble("failing", f"a fault in Spyhop itself: {type(error).__name__}")

    async def _resume(self) -> Collector:
        async with self._database.read() as connection:
            recent = await cursors.recent(connection, self._chain.name)
        at_head = not recent
        if at_head:
            start = await first_cursor(self._chain, self._source)
            async with self._database.write() as connection:
                await cursors.begin(connection, start)
            recent = [start]
        collector = Collector(
            self._chain,
            self._source,
            recent,
            at_head=at_head,
            on_round=lambda: self._publish_now_and_then("following"),
        )
        await collector.survey()
        return collector

    async def _take(self, step: Step, epoch: int) -> None:
        blocks = [
            await self._weighed(block, born)
            for block, born in zip(step.blocks, step.born, strict=True)
        ]
        if step.is_reorg:
            log.warning(
                "reorg",
                chain=self._chain.name,
                depth=step.before.number - step.ancestor.number,
                height=step.after.number,
            )
        queued = await commit(
            self._database,
            self._chain,
            epoch,
            Progress(step.before, step.ancestor, tuple(blocks)),
            self._names,
            now=datetime.now(UTC),
            keep_from_usd=self._options.keep_from_usd,
        )
        if queued:
            with suppress(TimeoutError):
                async with asyncio.timeout(_REDIS_WITHIN):
                    await wake(self._redis)

    async def _weighed(self, block: Block, born: datetime) -> WeighedBlock:
        transactions = await in_slices(decode(block))
        prices = await self._prices.at(block.ref, moved_tokens(transactions))
        names = self._names.at_hand
        return weighed(self._chain, block, transactions, names, prices, born)

    async def _stumble(self, state: str, reason: str) -> None:
        self._round_at = time.monotonic()
        log.error(state, chain=self._chain.name, reason=reason)
        await self._publish(state, reason)
        await asyncio.sleep(_PAUSE_AFTER_FAULT)

    async def _publish_now_and_then(self, state: str) -> None:
        self._round_at = time.monotonic()
        if time.monotonic() - self._published_at >= _PUBLISH_EVERY:
            await self._publish(state)

    async def _publish(self, state: str, reason: str | None = None) -> None:
        self._published_at = time.monotonic()
        cursor: BlockRef | None = self._collector.cursor if self._collector else None
        status = ChainStatus(
            chain=self._chain.name,
            state=state,
            written_at=datetime.now(UTC),
            head=self._collector.head if self._collector else None,
            cursor=cursor.number if cursor else None,
            cursor_time=cursor.time if cursor else None,
            nodes=self._nodes(),
            reason=reason,
        )
        with suppress(RedisAway, OSError):
            async with asyncio.timeout(_REDIS_WITHIN):
                await publish(self._redis, status)
