"""Looks after a chain's open pursuits, as long as this process follows the chain.

Everything stands in the database, so whoever follows the chain next goes on. While a transaction's
block is on the branch that is followed, no node is asked: the chain's own cursor tells how deep it
lies.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY, plain_reason
from data.errors import FencedOut
from data.model import PursuitState
from data.queries import cursors, leases, pursuits
from data.redis.wake import PURSUED, PURSUITS, Sleeper, wake
from data.together import heed_cancellation, together
from watcher.pursuits.course import onward
from watcher.pursuits.sighting import Branch, Sighting, Wanted
from watcher.rpc.errors import RpcError

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.database import Database
    from data.model import Chain, Pursuit
    from watcher.family import TransactionSource

log = structlog.get_logger(__name__)

POLL = 5.0
"""Seconds without a look into the database, for a wake-up that got lost."""
AT_LEAST = 1.0
"""Seconds between two looks, however fast the blocks come."""
PAGE = 200
LOOKED_FOR_AT_ONCE = 100
"""Transactions that nodes are asked about in one look; those that have waited longest go first."""
EARLY = timedelta(minutes=2)
"""For which a transaction is looked for, or waited for, more often."""
ASKED_EVERY = {
    PursuitState.SEARCHING: (3.0, 15.0),
    PursuitState.PENDING: (1.0, 5.0),
    PursuitState.REPLACED: (10.0, 30.0),
}
"""Seconds until nodes are asked about the same one again: early on, and later."""
_OFF_BRANCH = (1.0, 5.0)
"""The same for one whose block is not on the branch that is followed."""
RIVALS_WANTED_FOR = timedelta(minutes=1)
"""Who replaced a transaction is looked for so long: later nodes no longer know what they knew."""
_REDIS_WITHIN = 1.0


class Pursuer:
    """The open pursuits of one chain. ``run`` is for whoever holds its lease."""

    def __init__(
        self,
        chain: Chain,
        source: TransactionSource,
        database: Database,
        redis: Redis,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chain = chain
        self._source = source
        self._database = database
        self._redis = redis
        self._clock = clock
        self._now = now
        self._sleeper = Sleeper(redis, PURSUITS)
        self._asked_at: dict[int, float] = {}
        self._has_some = False

    def stepped(self, _: object = None) -> None:
        """The chain moved on: a reason to look, if there is anything to look after."""
        if self._has_some:
            self._sleeper.set()

    async def run(self, epoch: int) -> None:
        """Until cancelled. Raises FencedOut when another watcher has taken the chain over."""
        await together(self._sleeper.listen(), self._pursue(epoch))

    async def _pursue(self, epoch: int) -> None:
        while True:
            heed_cancellation()
            try:
                await self.look(epoch)
            except FencedOut:
                raise
            except DATABASE_AWAY as error:
                log.warning("transactions were not looked after", error=plain_reason(error))
            except Exception:
                # blocks are followed all the same
                log.exception("transactions were not looked after", chain=self._chain.name)
            await asyncio.sleep(AT_LEAST)
            await self._sleeper.sleep(POLL - AT_LEAST)

    async def look(self, epoch: int) -> int:
        """Look after all that are open once; how many something became of. Raises FencedOut, and
        errors of the database."""
        after, changed, met = 0, 0, set[int]()
        while True:
            async with self._database.read() as connection:
                page = await pursuits.still_open(connection, self._chain.name, PAGE, after)
                if not page:
                    break
                numbers = {one.told.inclusion.number for one in page if one.told.inclusion}
                branch = await _branch_of(connection, self._chain.name, numbers)
            met |= {one.id for one in page}
            after = page[-1].id
            changed += await self._look_after(page, branch, epoch)
            if len(page) < PAGE:
                break
        self._has_some = bool(met)
        self._asked_at = {one: at for one, at in self._asked_at.items() if one in met}
        if changed:
            with suppress(TimeoutError):
                async with asyncio.timeout(_REDIS_WITHIN):
                    await wake(self._redis, PURSUED)
        return changed

    async def _look_after(self, page: Sequence[Pursuit], branch: Branch, epoch: int) -> int:
        seen: dict[int, Sighting] = {}
        to_ask: list[Pursuit] = []
        for one in page:
            inclusion = one.told.inclusion
            if inclusion is not None and branch.has(inclusion):
                seen[one.id] = Sighting(one.told.wish, inclusion)
            elif self._is_due(one):
                to_ask.append(one)
        if to_ask:
            asked, branch = await self._ask(to_ask, branch)
            seen |= asked
        now = self._now()
        moved = []
        for one in page:
            went_on = onward(one, seen.get(one.id), self._chain.name, branch, now)
            if went_on != one:
                moved.append((one, went_on))
        if not moved:
            return 0
        async with self._database.write() as connection:
            if not await leases.holds(connection, self._chain.name, epoch):
                msg = f"another watcher follows {self._chain.title} now"
                raise FencedOut(msg)
            written = [await pursuits.write(connection, *both) for both in moved]
        return sum(written)

    def _is_due(self, one: Pursuit) -> bool:
        asked_at = self._asked_at.get(one.id)
        if asked_at is None:
            return True
        early, later = ASKED_EVERY.get(one.state, _OFF_BRANCH)
        is_early = self._now() - max(one.asked_at, one.changed_at) < EARLY
        return self._clock() - asked_at >= (early if is_early else later)

    async def _ask(
        self, wanted: Sequence[Pursuit], branch: Branch
    ) -> tuple[dict[int, Sighting], Branch]:
        """What the nodes say of those that waited longest, and the branch that it fits to."""
        longest = sorted(wanted, key=lambda one: self._asked_at.get(one.id, float("-inf")))
        chosen = longest[:LOOKED_FOR_AT_ONCE]
        for one in chosen:
            self._asked_at[one.id] = self._clock()
        try:
            told = await self._source.look(list({self._wanted(one) for one in chosen}))
        except RpcError as error:
            log.debug("no node told of transactions", chain=self._chain.name, error=str(error))
            return {}, branch
        numbers = {one.inclusion.number for one in told.values() if one.inclusion is not None}
        async with self._database.read() as connection:
            branch = await _branch_of(connection, self._chain.name, numbers | branch.hashes.keys())
        seen = {}
        for one in chosen:
            sighting = told.get(one.tx_hash)
            # a node on another branch: ours or its will turn out to be the chain
            if sighting is None or (
                sighting.inclusion is not None and branch.contradicts(sighting.inclusion)
            ):
                continue
            seen[one.id] = sighting
        return seen, branch

    def _wanted(self, one: Pursuit) -> Wanted:
        is_new = one.state is not PursuitState.REPLACED
        soon = is_new or self._now() - one.changed_at < RIVALS_WANTED_FOR
        return Wanted(one.tx_hash, one.told.wish, soon and one.told.replaced_by is None)


async def _branch_of(connection: AsyncConnection, chain: str, numbers: set[int]) -> Branch:
    """How far the chain is followed, with the hashes of some of its blocks."""
    return Branch(
        await cursors.get(connection, chain),
        await cursors.settled(connection, chain),
        await cursors.lowest(connection, chain),
        await cursors.hashes(connection, chain, numbers),
    )
