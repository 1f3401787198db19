"""Follow one chain: hold its lease, drive the five stages, publish how far they are.

What is published is written by the loop itself when it has made a round. When no round comes to its
end, the survey beside it says just that, so that a loop that stands still looks like one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY, plain_reason
from data.errors import FencedOut
from data.health import PAUSED
from data.model import CoverageGap, Settled
from data.queries import cursors, gaps, leases
from data.redis.away import RedisAway
from data.redis.published import ChainStatus, NodeStatus, publish
from data.redis.wake import wake
from data.together import heed_cancellation, together
from watcher.collect import (
    BATCH,
    CATCH_UP_WITHIN,
    NOBODY_WATCHED,
    PAUSED_BY_OPERATOR,
    Collector,
    Step,
    first_cursor,
)
from watcher.fill import Filler
from watcher.poison import Poison
from watcher.rest import LOOK_EVERY, Rest, Resting
from watcher.rpc.errors import RpcError
from watcher.settle import Settling
from watcher.stages import Stages
from watcher.witnesses import Latched

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from data.database import Database
    from data.model import BlockRef, Chain
    from data.venues import Venues
    from watcher.assets.names import TokenNames
    from watcher.assets.prices import Prices
    from watcher.family import BlockSource

log = structlog.get_logger(__name__)

_PUBLISH_EVERY = 1.0
_PAUSE_AFTER_FAULT = 1.0
_PAUSE_LATCHED = 30.0
_SURVEY_EVERY = 15.0
_SETTLE_EVERY = 3.0
_FILL_EVERY = 1.0
_REDIS_WITHIN = 1.0
"""What is said to Redis can be said again: blocks do not wait for it."""

Beside = Callable[[int], Coroutine[None, None, None]]
"""What is done for a chain by whoever follows it, under the lease's epoch."""


@dataclass(frozen=True, slots=True)
class FollowOptions:
    """``lease_for`` in seconds; ``owner`` names this process among standbys; ``catch_up_within`` as
    in ``Collector``, ``venues`` as for ``enrich``."""

    owner: str
    lease_for: float
    keep_from_usd: Decimal
    catch_up_within: float = CATCH_UP_WITHIN
    venues: Venues | None = None


class Follower:
    """Follows one chain for as long as it is let. ``nodes`` tells the state of its nodes.

    ``on_step`` hears of every step that was committed, ``on_status`` of everything that is
    published; neither may raise or take long. ``beside`` runs as long as the lease is held, and
    is handed its epoch; only FencedOut may leave it.
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
        on_status: Callable[[ChainStatus], None] = lambda _: None,
        beside: Sequence[Beside] = (),
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chain = chain
        self._source = source
        self._nodes = nodes
        self._database = database
        self._redis = redis
        self._options = options
        self._on_step = on_step
        self._on_status = on_status
        self._beside = beside
        self._clock = clock
        self._now = now
        self._stages = Stages(
            chain, names, prices, database, options.keep_from_usd, now, options.venues
        )
        self._filler = Filler(chain, source, self._stages, database, clock=clock)
        self._settling = Settling(Settled(None, None))
        self._poison = Poison(clock)
        self._rest = Rest(chain.name, database, now)
        self._gaps: list[CoverageGap] = []
        self._held_up_to = -1
        self._is_well = False
        self._lease_for = timedelta(seconds=options.lease_for)
        self._published_at = -_PUBLISH_EVERY
        self._round_at = self._clock()
        self._collector: Collector | None = None

    async def run(self) -> None:
        """Until cancelled: take the lease, follow while it holds, wait for it otherwise."""
        while True:
            heed_cancellation()
            epoch = await self._acquire()
            if epoch is None:
                await asyncio.sleep(self._options.lease_for / 10)
                continue
            log.info("following", chain=self._chain.name, epoch=epoch)
            self._collector = None  # another may have moved the cursor since
            self._round_at = self._clock()
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
            await together(
                self._follow(epoch),
                self._renew(epoch),
                self._survey(),
                self._settle(),
                self._fill(epoch),
                self._rest.run(),
                *(part(epoch) for part in self._beside),
            )
        except FencedOut as lost:
            log.warning("taken over", chain=self._chain.name, why=str(lost))
        except asyncio.CancelledError:
            heed_cancellation()
            # a loop that took itself for cancelled: all begin anew rather than go on without it
            log.exception("failing", chain=self._chain.name, reason="a loop ended by itself")

    async def _renew(self, epoch: int) -> None:
        """Raises FencedOut when the lease is another's."""
        while True:
            heed_cancellation()
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
            heed_cancellation()
            await asyncio.sleep(_SURVEY_EVERY)
            if self._collector is not None:
                with suppress(RpcError):
                    await self._collector.survey()
            silent = self._clock() - self._round_at
            if silent > _SURVEY_EVERY:
                # the loop waits inside a round, most likely for nodes that hang
                await self._publish("stuck", f"no round came to its end for {silent:.0f} s")

    async def _settle(self) -> None:
        """Ask now and then how far the chain is safe; it is written with a later step."""
        while True:
            heed_cancellation()
            await asyncio.sleep(max(_SETTLE_EVERY, self._chain.block_time))
            if self._collector is not None and self._is_well:
                await self._settle_once(self._collector)

    async def _settle_once(self, collector: Collector) -> None:
        # under our own block: a head that is only told of may be a lie
        with suppress(RpcError):
            self._settling.tell(await self._source.settled(collector.cursor.number))

    async def _fill(self, epoch: int) -> None:
        """Fill gaps in while the head is followed; it goes first. Raises FencedOut."""
        while True:
            heed_cancellation()
            worked = False
            try:
                worked = await self._fill_some(epoch)
            except DATABASE_AWAY as error:
                log.warning("the gaps were not filled", error=plain_reason(error))
            except FencedOut:
                raise
            except Exception:
                # the head is followed all the same
                log.exception("a gap was not filled", chain=self._chain.name)
            await asyncio.sleep(0 if worked else _FILL_EVERY)

    async def _fill_some(self, epoch: int) -> bool:
        collector, safe = self._collector, self._settling.known.safe
        if collector is None or safe is None or not self._gaps or not self._is_well:
            return False
        up_to = min(safe, collector.cursor.number)
        if collector.is_behind or all(gap.next > up_to for gap in self._gaps):
            return False
        queued = await self._filler.some(epoch, self._gaps, up_to, collector.remembered)
        await self._read_gaps()
        await self._wake(queued or 0)
        return queued is not None

    async def _follow(self, epoch: int) -> None:
        """Raises FencedOut when another watcher has taken over."""
        while True:
            heed_cancellation()
            try:
                await self._go_on(epoch)
            except Resting:
                await self._pause()
            except RpcError as error:
                await self._stumble("blind", str(error))
                await self._note_hold_up(epoch)
            except Latched as error:
                await self._stumble("latched", str(error), _PAUSE_LATCHED)
                self._collector = None  # an operator may have unlatched it
            except DATABASE_AWAY as error:
                self._collector = None  # what was committed is read again
                await self._stumble("no database", plain_reason(error))
            except FencedOut:
                self._collector = None
                raise
            except Exception as error:
                # a fault of ours on one chain: the others go on, and the health check tells
                log.exception("failing", chain=self._chain.name)
                self._note_poison(error)
                self._collector = None
                await self._stumble("failing", f"a fault in Spyhop itself: {type(error).__name__}")

    async def _go_on(self, epoch: int) -> None:
        """One step: had, committed, told. Raises Resting where an operator wants none."""
        if self._collector is None:
            await self._rest.look()
            self._rest.heed()
            self._collector = await self._resume(epoch)
            blocks = self._poison.to_leave_out(self._collector.cursor.number)
            if blocks:
                self._collector.give_up(blocks, self._poison.reason)
        step = await self._collector.next()
        self._rest.heed()
        if self._poison.is_above(self._collector.cursor.number):
            step = step.first
        await self._take_and_look_ahead(self._collector, step, epoch)
        self._collector.advance(step)
        self._rest.has_been = False
        self._is_well = True
        self._on_step(step)
        await self._publish_now_and_then(
            "catching up" if self._collector.head > step.after.number else "following"
        )

    def _note_poison(self, error: Exception) -> None:
        collector = self._collector
        if collector is not None:
            cursor = collector.cursor.number
            self._poison.note(cursor, min(collector.head, cursor + BATCH), error)

    async def _resume(self, epoch: int) -> Collector:
        async with self._database.read() as connection:
            recent = await cursors.recent(connection, self._chain.name)
            self._settling = Settling(await cursors.settled(connection, self._chain.name))
            self._gaps = await gaps.still_open(connection, self._chain.name)
        self._held_up_to = -1
        at_head = not recent
        if at_head:
            start = await first_cursor(self._chain, self._source)
            async with self._database.write() as connection:
                await cursors.begin(connection, start)
            recent = [start]

        async def on_round() -> None:
            self._rest.heed()
            self._is_well = True
            await self._note_hold_up(epoch)
            await self._publish_now_and_then("following")

        collector = Collector(
            self._chain,
            self._source,
            recent,
            at_head=at_head,
            on_round=on_round,
            finalized=self._settling.known.finalized,
            catch_up_within=self._options.catch_up_within,
            away=PAUSED_BY_OPERATOR if self._rest.has_been else NOBODY_WATCHED,
            clock=self._clock,
            now=self._now,
        )
        await collector.survey()
        return collector

    async def _take_and_look_ahead(self, collector: Collector, step: Step, epoch: int) -> None:
        """Commit a step; what follows it, if anything does, is fetched meanwhile, and what that
        needs is found out."""
        if collector.head <= step.after.number:
            await self._take(collector, step, epoch)
            return
        # asked first, so that the node is at work while we are
        await together(self._look_ahead(collector, step), self._take(collector, step, epoch))

    async def _look_ahead(self, collector: Collector, step: Step) -> None:
        await self._stages.foresee(await collector.look_ahead(step))

    async def _take(self, collector: Collector, step: Step, epoch: int) -> None:
        if step.is_reorg:
            log.warning(
                "reorg",
                chain=self._chain.name,
                depth=step.before.number - step.ancestor.number,
                height=step.after.number,
            )
        settled = self._settling.ripe(step.after.number)
        covers = any(gap.last > step.ancestor.number for gap in self._gaps)
        queued = await self._stages.take(step, epoch, settled=settled, covers=covers)
        if settled is not None:
            self._settling.written(settled)
            collector.finalized = self._settling.known.finalized
        self._held_up_to = -1
        if covers and collector.head <= step.after.number:
            await self._end_gaps_above(step.after.number, epoch)
        if covers or step.missed is not None or any(block.missing for block in step.blocks):
            await self._read_gaps()
        for block in step.blocks:
            if block.doubt is not None:
                log.warning(
                    "unverified block",
                    chain=self._chain.name,
                    block=block.ref.number,
                    reason=block.doubt,
                )
        await self._wake(queued)

    async def _note_hold_up(self, epoch: int) -> None:
        """Blocks that are there and that no node hands out are a gap, which grows with the head."""
        collector = self._collector
        reason = collector.held_up if collector is not None else None
        if collector is None or reason is None or collector.head <= collector.cursor.number:
            return
        if collector.head <= self._held_up_to:
            return
        gap = CoverageGap(
            self._chain.name,
            collector.cursor.number + 1,
            collector.head,
            reason,
            self._now(),
        )
        with suppress(*DATABASE_AWAY):
            async with self._database.write() as connection:
                if not await leases.holds(connection, self._chain.name, epoch):
                    msg = f"another watcher follows {self._chain.title} now"
                    raise FencedOut(msg)
                await gaps.record(connection, gap)
            self._held_up_to = gap.last
            await self._read_gaps()

    async def _end_gaps_above(self, number: int, epoch: int) -> None:
        """A head that was told may have been a lie: above the newest block nothing is missing."""
        async with self._database.write() as connection:
            if await leases.holds(connection, self._chain.name, epoch):
                await gaps.end_above(connection, self._chain.name, number, self._now())

    async def _read_gaps(self) -> None:
        """Look which gaps are open now, and tell what changed."""
        async with self._database.read() as connection:
            now_open = await gaps.still_open(connection, self._chain.name)
        before = {gap.id for gap in self._gaps}
        for gap in now_open:
            if gap.id not in before:
                self._tell(log.warning, "gap opened", gap)
        for gap in self._gaps:
            if gap.id not in {one.id for one in now_open}:
                self._tell(log.info, "gap closed", gap)
        self._gaps = now_open

    def _tell(self, tell: Callable[..., object], what: str, gap: CoverageGap) -> None:
        chain, kind = self._chain.name, "partial" if gap.partial else "whole"
        tell(what, chain=chain, first=gap.first, last=gap.last, kind=kind, reason=gap.reason)

    async def _wake(self, queued: int) -> None:
        if queued:
            with suppress(TimeoutError):
                async with asyncio.timeout(_REDIS_WITHIN):
                    await wake(self._redis)

    async def _stumble(self, state: str, reason: str, pause: float = _PAUSE_AFTER_FAULT) -> None:
        heed_cancellation()
        self._is_well = False
        log.error(state, chain=self._chain.name, reason=reason)
        left = pause
        while left > 0:
            self._round_at = self._clock()
            await self._publish(state, reason)
            nap = min(left, _SURVEY_EVERY / 3)  # who is silent for longer looks stuck
            await asyncio.sleep(nap)
            left -= nap

    async def _pause(self) -> None:
        """Let the chain rest for a moment: no node is asked for blocks, and whoever looks sees by
        whose word. Where it stopped stays where it was."""
        self._is_well = False
        self._collector = None  # it goes on from what was committed
        self._round_at = self._clock()
        await self._publish(PAUSED, self._rest.reason)
        await asyncio.sleep(LOOK_EVERY)

    async def _publish_now_and_then(self, state: str) -> None:
        self._round_at = self._clock()
        if self._clock() - self._published_at >= _PUBLISH_EVERY:
            await self._publish(state)

    async def _publish(self, state: str, reason: str | None = None) -> None:
        self._published_at = self._clock()
        cursor: BlockRef | None = self._collector.cursor if self._collector else None
        nodes = self._nodes()
        status = ChainStatus(
            chain=self._chain.name,
            state=state,
            written_at=self._now(),
            head=self._collector.head if self._collector else None,
            cursor=cursor.number if cursor else None,
            cursor_time=cursor.time if cursor else None,
            nodes=nodes,
            reason=reason,
            safe=self._settling.known.safe,
            finalized=self._settling.known.finalized,
            open_gaps=len(self._gaps),
            unseen_blocks=sum(gap.last - gap.next + 1 for gap in self._gaps if not gap.partial),
            bytes_per_day=_sum(node.bytes_per_day for node in nodes),
        )
        self._on_status(status)
        with suppress(RedisAway, OSError):
            async with asyncio.timeout(_REDIS_WITHIN):
                await publish(self._redis, status)


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
