"""Coverage: what a step left out or could not verify, recorded in the step's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.model import CoverageGap, UnverifiedBlock
from data.queries import gaps

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chain
    from watcher.progress import Progress
    from watcher.weigh import WeighedBlock


async def note_coverage(
    connection: AsyncConnection, chain: Chain, progress: Progress, now: datetime
) -> None:
    """Open the step's gaps, whole and partial ones; close what lay open of blocks it brings."""
    first, last = progress.blocks[0].ref.number, progress.blocks[-1].ref.number
    if progress.covers:
        await gaps.cover(connection, chain.name, first, last, now)
    if progress.missed is not None:
        left_out = progress.ancestor.number + 1
        await gaps.record(
            connection, CoverageGap(chain.name, left_out, first - 1, progress.missed, now)
        )
    await note_flaws(connection, progress.blocks, now)


async def note_flaws(
    connection: AsyncConnection, blocks: Sequence[WeighedBlock], now: datetime
) -> None:
    """Record which of the blocks were accepted although a check fails, or seen only in part."""
    for block in blocks:
        ref, doubt, missing = block.ref, block.block.doubt, block.block.missing
        if doubt is not None:
            doubted = UnverifiedBlock(ref.chain, ref.number, ref.hash, doubt, now)
            await gaps.note_unverified(connection, doubted)
        if missing is not None:
            gap = CoverageGap(ref.chain, ref.number, ref.number, missing, now, partial=True)
            await gaps.record(connection, gap)
