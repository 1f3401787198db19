"""A batch's way through the stages after collect: decode, enrich, match, notify."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from watcher.decode import decode
from watcher.enrich import enrich, moved_tokens
from watcher.notify import EnrichedBlock, Filling, Progress, commit, fill

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from data.database import Database
    from data.model import Chain, CoverageGap, Settled
    from watcher.assets.names import TokenNames
    from watcher.assets.prices import Prices
    from watcher.collect import Step
    from watcher.family import Block


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
    ) -> None:
        self._chain = chain
        self._names = names
        self._prices = prices
        self._database = database
        self._keep_from_usd = keep_from_usd
        self._now = now

    async def take(
        self, step: Step, epoch: int, *, settled: Settled | None = None, covers: bool = False
    ) -> int:
        """Commit a step; how many chats have something to send. Raises as ``notify.commit``."""
        blocks = await self._enriched(zip(step.blocks, step.born, strict=True))
        progress = Progress(step.before, step.ancestor, blocks, step.missed, settled, covers)
        return await commit(
            self._database,
            self._chain,
            epoch,
            progress,
            now=self._now(),
            keep_from_usd=self._keep_from_usd,
        )

    async def fill(
        self, gap: CoverageGap, found: Iterable[tuple[Block, datetime]], epoch: int
    ) -> int:
        """Commit blocks of a gap, with when they came up, from its cursor on. As above."""
        blocks = await self._enriched(found)
        return await fill(
            self._database,
            self._chain,
            epoch,
            Filling(gap, blocks[-1].ref.number + 1, blocks),
            now=self._now(),
            keep_from_usd=self._keep_from_usd,
        )

    async def _enriched(
        self, blocks: Iterable[tuple[Block, datetime]]
    ) -> tuple[EnrichedBlock, ...]:
        made = []
        for block, born in blocks:
            made.append(await self._enriched_block(block, born))
            await asyncio.sleep(0)  # other chains have blocks, too
        return tuple(made)

    async def _enriched_block(self, block: Block, born: datetime) -> EnrichedBlock:
        transactions = decode(block)
        moved = moved_tokens(transactions)
        names = await self._names.of(moved)
        prices = await self._prices.at(block.ref, moved)
        movements = enrich(self._chain, block.ref, transactions, names, prices)
        return EnrichedBlock(block.ref, transactions, movements, born, block.doubt, block.missing)
