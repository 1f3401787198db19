"""Fill: a chain's gaps, block by block from their own cursors, while the head is followed.

Only what is safe is filled in, so that no reorg reaches it. What no node hands out is asked for
again, less and less often, until it is had or the gap's retention ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY
from data.errors import FencedOut
from data.queries import gaps
from watcher.collect import linked
from watcher.notify import GapMoved
from watcher.rpc.errors import RpcError

if TYPE_CHECKING:
    from data.database import Database
    from data.model import BlockRef, Chain, CoverageGap
    from watcher.family import Block, BlockSource
    from watcher.stages import Stages

log = structlog.get_logger(__name__)

BATCH = 20
FIRST_PAUSE = 60.0
LONGEST_PAUSE = 1800.0
MOST_GAPS = 32
"""A gap is taken to pieces around what cannot be had, but not into more than these."""


@dataclass(slots=True)
class _Patience:
    tries: int = 0
    until: float = 0.0
    last: BlockRef | None = None
    """What was filled in last: what follows has to link to it."""


class Filler:
    """Fills one chain's gaps."""

    def __init__(
        self,
        chain: Chain,
        source: BlockSource,
        stages: Stages,
        database: Database,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = chain
        self._source = source
        self._stages = stages
        self._database = database
        self._clock = clock
        self._patience: dict[int | None, _Patience] = {}
        # as for blocks that are caught up with
        self._late = timedelta(seconds=chain.block_time + 1)

    async def some(
        self,
        epoch: int,
        still_open: Sequence[CoverageGap],
        up_to: int,
        known: Callable[[int], BlockRef | None],
    ) -> int | None:
        """Fill in one batch of one gap, no further than block ``up_to``.

        How many chats have something to send; None when nothing was done. ``known`` gives the
        remembered block at a height: those beside the gap have to link to it. Raises FencedOut.
        """
        ids = {gap.id for gap in still_open}
        self._patience = {key: kept for key, kept in self._patience.items() if key in ids}
        for gap in still_open:
            patience = self._patience.setdefault(gap.id, _Patience())
            if gap.next > up_to or patience.until > self._clock():
                continue
            try:
                last = min(gap.last, up_to, gap.next + BATCH - 1)
                below = patience.last
                if below is None or below.number != gap.next - 1:
                    below = known(gap.next - 1)
                blocks = await self._fetch(gap, last, below, known)
            except RpcError as error:
                await self._put_off(gap, patience, str(error), len(still_open))
                continue
            if not blocks:
                await self._put_off(gap, patience, "no node hands it out whole", len(still_open))
                continue
            born = [(block, block.ref.time + self._late) for block in blocks]
            try:
                queued = await self._stages.fill(gap, born, epoch)
            except GapMoved:
                patience.last = None
                continue  # the reorg that did it has brought the blocks
            except (FencedOut, *DATABASE_AWAY):
                raise
            except RpcError as error:  # nobody told names or prices
                await self._put_off(gap, patience, str(error), len(still_open))
                continue
            except Exception as error:
                # a fault of ours: the other gaps shall not stay open for it
                log.exception("a gap was not filled", chain=self._chain.name, block=gap.next)
                reason = f"a fault in Spyhop itself: {type(error).__name__}"
                await self._put_off(gap, patience, reason, len(still_open))
                continue
            patience.tries = 0
            patience.last = blocks[-1].ref
            return queued
        return None

    async def _fetch(
        self,
        gap: CoverageGap,
        last: int,
        below: BlockRef | None,
        known: Callable[[int], BlockRef | None],
    ) -> Sequence[Block]:
        """Blocks from the gap's cursor on, as far as they link to each other and to ours."""
        found = linked(await self._source.blocks(gap.next, last))
        above = known(found[-1].ref.number + 1)
        if below is not None and found[0].ref.parent_hash != below.hash:
            return ()
        if above is not None and above.parent_hash != found[-1].ref.hash:
            return ()
        if not gap.partial:
            return found
        whole = 0
        while whole < len(found) and found[whole].missing is None:
            whole += 1
        return found[:whole]

    async def _put_off(
        self, gap: CoverageGap, patience: _Patience, reason: str, number_of_gaps: int
    ) -> None:
        patience.tries += 1
        pause = min(FIRST_PAUSE * 2 ** min(patience.tries - 1, 10), LONGEST_PAUSE)
        patience.until = self._clock() + pause
        log.warning(
            "a gap stays open",
            chain=self._chain.name,
            block=gap.next,
            again_in=round(pause),
            reason=reason,
        )
        if gap.next < gap.last and patience.tries > 1 and number_of_gaps < MOST_GAPS:
            async with self._database.write() as connection:
                await gaps.split(connection, gap, gap.next + 1)
