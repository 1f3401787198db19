"""A batch's way through the stages after collect: every block is weighed at a glance, and all that
follows is done in the database's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from data.database import DATABASE_AWAY
from watcher.foresight import foresee
from watcher.learned import Assets
from watcher.notify import commit, fill
from watcher.progress import Filling, Progress
from watcher.rpc.errors import RpcError
from watcher.slices import Turns
from watcher.weigh import weighed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from data.database import Database
    from data.model import Chain, CoverageGap, Settled
    from data.venues import Venues
    from watcher.assets.names import TokenNames
    from watcher.assets.prices import Prices
    from watcher.collect import Step
    from watcher.family import Block
    from watcher.weigh import WeighedBlock


SLICE = 1000
"""Transactions that are weighed without a pause: a few milliseconds."""


class Stages:
    """What one chain's blocks pass through. Values are those of the block's time."""

    def __init__(
        self,
        chain: Chain,
        names: TokenNames,
        prices: Prices,
        database: Database,
        keep_from_usd: Decimal,
        now: Callable[[], datetime],
        venues: Venues | None = None,
    ) -> None:
        self._chain = chain
        self._names = names
        self._prices = prices
        self._assets = Assets(names, prices, venues)
        self._database = database
        self._keep_from_usd = keep_from_usd
        self._now = now
        self._ahead: dict[bytes, WeighedBlock] = {}

    async def take(
        self, step: Step, epoch: int, *, settled: Settled | None = None, covers: bool = False
    ) -> int:
        """Commit a step; how many chats have something to send. Raises as ``notify.commit``."""
        blocks = await self._weighed(zip(step.blocks, step.born, strict=True))
        progress = Progress(step.before, step.ancestor, blocks, step.missed, settled, covers)
        return await commit(
            self._database,
            self._chain,
            epoch,
            progress,
            self._assets,
            now=self._now(),
            keep_from_usd=self._keep_from_usd,
        )

    async def fill(
        self, gap: CoverageGap, found: Iterable[tuple[Block, datetime]], epoch: int
    ) -> int:
        """Commit blocks of a gap, with when they came up, from its cursor on. As above."""
        blocks = await self._weighed(found)
        return await fill(
            self._database,
            self._chain,
            epoch,
            Filling(gap, blocks[-1].ref.number + 1, blocks),
            self._assets,
            now=self._now(),
            keep_from_usd=self._keep_from_usd,
        )

    async def foresee(self, blocks: Sequence[Block]) -> None:
        """Do for blocks whose turn is next what can be done before; what fails is done then."""
        self._ahead = {}
        with suppress(RpcError, *DATABASE_AWAY):
            ahead = await self._weighed((block, block.ref.time) for block in blocks)
            self._ahead = {one.ref.hash: one for one in ahead}
            await foresee(
                self._database,
                self._chain,
                ahead,
                self._assets,
                keep_from_usd=self._keep_from_usd,
            )

    async def _weighed(self, blocks: Iterable[tuple[Block, datetime]]) -> tuple[WeighedBlock, ...]:
        made, turns = [], Turns(SLICE)
        for block, born in blocks:
            found = await self._weighed_block(block, born)
            made.append(found)
            await turns.worked(len(found.weights))
        return tuple(made)

    async def _weighed_block(self, block: Block, born: datetime) -> WeighedBlock:
        ready = self._ahead.pop(block.ref.hash, None)
        if ready is not None and ready.block is block:
            return replace(ready, born=born)
        glance = await block.glance()
        prices = await self._prices.at(block.ref, glance.tokens)
        return weighed(self._chain, block, glance, self._names.at_hand, prices, born)
