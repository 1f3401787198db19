"""Collect: node → blocks. Every block once, in order, linked to its parent; reorgs as steps.

The collector keeps no store of its own: what it hands out is done only once it was committed
with the cursor, and after a crash it begins again from there. What it leaves out, because nobody
watched for too long or no node hands it out, is part of the step, and becomes a gap with it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from data.model import BlockRef
from watcher.branch import UNKNOWN_HASH, Branches
from watcher.holdup import HoldUp
from watcher.rpc.errors import AllNodesFailed, RpcError
from watcher.witnesses import Witnesses

if TYPE_CHECKING:
    from data.model import Chain
    from watcher.family import Block, BlockSource

BATCH = 50
"""Blocks fetched and committed at once while catching up; a source may return fewer."""
CATCH_UP_WITHIN = 600.0
"""Seconds of chain time that are caught up with in order, before the head is followed again."""
POLLED_BY_HEAD = 1.0
"""Faster chains, by their block time, are asked how high they are, and for all blocks up to there
in one go; slower ones are asked for the next block."""
LOOK_AGAIN_AFTER = 5.0
LONGEST_POLL = 0.5
LONGEST_SLEEP = 2.0
"""Seconds without a look at the chain, however far off the next block is due by the clocks."""
SILENT_BLOCKS = 3
"""Block times without a word, after which an announced chain is looked at like any other."""
NOBODY_WATCHED = "nobody watched"
PAUSED_BY_OPERATOR = "paused by the operator"
LISTENED_POLL = 5.0
"""Seconds without a look, however long a block takes, while nodes announce them."""


@dataclass(frozen=True, slots=True)
class Step:
    """The chain moved: ``blocks`` follow ``ancestor``, oldest first.

    ``before`` is the cursor that the step begins at; where it is above the ancestor, a reorg
    took the blocks between away. ``missed`` tells why blocks between the ancestor and the first of
    ``blocks`` are left out, None when none are. ``born`` tells for each block when it came up: now,
    for one that appeared while the head was watched, else by its own time stamp.
    """

    before: BlockRef
    ancestor: BlockRef
    blocks: tuple[Block, ...]
    born: tuple[datetime, ...]
    missed: str | None = None

    @property
    def after(self) -> BlockRef:
        """The cursor when the step is done."""
        return self.blocks[-1].ref

    @property
    def first(self) -> Step:
        """The step as far as its first block."""
        return replace(self, blocks=self.blocks[:1], born=self.born[:1])

    @property
    def is_reorg(self) -> bool:
        """Whether blocks were taken away."""
        return self.before != self.ancestor


class Collector:
    """Follows one chain from a cursor. ``next`` hands out a step, ``advance`` takes it as done.

    ``recent`` are the remembered blocks up to the cursor, newest first; there may be gaps between
    them. ``finalized`` is the height below which no reorg is followed. Further behind the head than
    ``catch_up_within`` seconds of chain time, or than the chain is final if that is more, the
    blocks between are left to the gap's own cursor; ``away`` is why nobody watched. ``on_round`` is
    awaited whenever the chain was asked and had nothing new: the loop is alive.
    """

    def __init__(
        self,
        chain: Chain,
        source: BlockSource,
        recent: Sequence[BlockRef],
        *,
        at_head: bool,
        on_round: Callable[[], Awaitable[None]],
        finalized: int | None = None,
        catch_up_within: float = CATCH_UP_WITHIN,
        away: str = NOBODY_WATCHED,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chain = chain
        self._source = source
        self._recent = {ref.number: ref for ref in recent}
        self.cursor = recent[0]
        self.head = self.cursor.number
        self.finalized = finalized
        self._furthest = max(catch_up_within / chain.block_time, chain.finality.finalized_depth)
        self._on_round = on_round
        self._away = away
        self._clock = clock
        self._now = now
        self._witnesses = Witnesses(chain, source, clock)
        self._held_up = HoldUp(chain.block_time, clock)
        self._branches = Branches(chain, source, self._recent, self._witnesses, self._held_up)
        self._ahead: Sequence[Block] = ()
        self._nothing_newer_at: datetime | None = now() if at_head else None
        self._moved_at = self._surveyed_at = self._look_again_at = clock()
        self._fastest_arrival: float | None = None
        self._block_time = timedelta(seconds=chain.block_time)
        # a time stamp is cut to whole seconds, and says when the block was begun
        self._late = self._block_time + timedelta(seconds=1)

    async def next(self) -> Step:
        """The next step, after waiting for it as long as it takes.

        Raises RpcError when no node answers, Latched when there is no way on.
        """
        while True:
            step = await self._look()
            if step is not None:
                return step
            self._nothing_newer_at = self._now()
            await self._on_round()
            await self._wait()

    def advance(self, step: Step) -> None:
        """The step is committed: go on from there."""
        for number in range(step.ancestor.number + 1, step.before.number + 1):
            self._recent.pop(number, None)
        for block in step.blocks:
            self._recent[block.ref.number] = block.ref
        oldest = step.after.number - self._chain.keep_hashes
        for number in range(min(self._recent), oldest + 1):
            self._recent.pop(number, None)
        self.cursor = step.after
        self._moved_at = self._clock()
        self._held_up.over()

    def give_up(self, blocks: int, reason: str) -> None:
        """Leave so many blocks out, or up to the head: they are of no use to us."""
        self._held_up.give_up(blocks, reason)

    async def look_ahead(self, step: Step) -> Sequence[Block]:
        """Fetch what follows a step while that one is still being worked on; one batch at most,
        none where it cannot be had now. The next step has it, unless the chain changes its mind."""
        first = step.after.number + 1
        if self.head >= first:
            with suppress(RpcError):
                self._ahead = await self._source.blocks(first, self._last_of_batch(first))
        return self._ahead

    async def survey(self) -> None:
        """Ask all nodes for their heads, so that one that stands still does not blind us."""
        self._surveyed_at = self._clock()
        self.head = max(await self._source.head(), self.cursor.number)

    def remembered(self, number: int) -> BlockRef | None:
        """The block that was followed at a height, as far as the memory reaches."""
        return self._recent.get(number)

    @property
    def is_behind(self) -> bool:
        """Whether the head is further off than it takes to fetch it."""
        return self.head - self.cursor.number > max(2, int(5 / self._chain.block_time))

    @property
    def held_up(self) -> str | None:
        """Why the block after the cursor, which is there, could not be had for long."""
        return self._held_up.reason if self._held_up.is_long else None

    async def _look(self) -> Step | None:
        """A step if the chain has one now."""
        if self.head - self.cursor.number > self._furthest:
            step = await self._leap()
            if step is not None:
                return step
        if self._held_up.given_up:
            step = await self._leave_out()
            if step is not None:
                return step
        try:
            blocks = await self._fetch()
            if not blocks:
                return await self._leave_out() if self._held_up.is_long else None
            self.head = max(self.head, blocks[-1].ref.number)
            if blocks[0].ref.parent_hash != self.cursor.hash:
                return await self._reorg(blocks[0])
        except AllNodesFailed as error:
            self._held_up.note(error)
            if self._held_up.is_long:
                step = await self._leave_out()
                if step is not None:
                    return step
            raise
        return self._step(self.cursor, linked(blocks))

    def _last_of_batch(self, first: int) -> int:
        return min(self.head, first + BATCH - 1)

    async def _fetch(self) -> Sequence[Block]:
        first = self.cursor.number + 1
        ready, self._ahead = self._ahead, ()
        if ready and ready[0].ref.number == first:
            return ready
        if self.head < first and self._chain.block_time < POLLED_BY_HEAD:
            self.head = max(await self._source.newest(), self.cursor.number)
            if self.head < first:
                return []
        if self.head >= first:
            try:
                return await self._source.blocks(first, self._last_of_batch(first))
            except AllNodesFailed as error:
                if self.head > first:
                    self._held_up.note(error)
                self.head = self.cursor.number  # whoever told of a higher one may have lied
        block = await self._source.block(first, exists=False)
        return [] if block is None else [block]

    async def _leap(self) -> Step | None:
        """Go on at the head, which is too far off: what lies between is recorded as a gap."""
        if self._clock() < self._look_again_at:
            return None
        self._look_again_at = self._clock() + LOOK_AGAIN_AFTER
        # nodes are not all at the head in the same moment
        target = self.head - max(1, int(5 / self._chain.block_time))
        block = await self._witnesses.agreed(target)
        if block is None or target <= self.cursor.number + 1:
            return None
        behind = target - self.cursor.number
        return await self._past(block, f"{self._away}: it was {behind:,} blocks behind the head")

    async def _leave_out(self) -> Step | None:
        """Go on after what no node hands out, at the first block that can be had."""
        if self._clock() < self._look_again_at:
            return None
        self._look_again_at = self._clock() + LOOK_AGAIN_AFTER
        reason = self._held_up.reason or "no node hands it out"
        await self.survey()
        distance = max(1, min(self._held_up.given_up, self.head - self.cursor.number - 1))
        while self.cursor.number + 1 + distance <= self.head:
            block = await self._witnesses.agreed(self.cursor.number + 1 + distance)
            if block is not None:
                return await self._past(block, reason)
            distance *= 2
        return None

    async def _past(self, block: Block, reason: str) -> Step | None:
        """The step over a gap to a block, or that over a reorg of what lies before the gap."""
        if await self._witnesses.know(self.cursor):
            return self._step(self.cursor, [block], missed=reason)
        other = await self._source.block(self.cursor.number, exists=True)
        if other is None or other.ref.hash == self.cursor.hash:
            return None
        return await self._reorg(other)

    async def _reorg(self, tip: Block) -> Step | None:
        """The step to another branch; None while it is not to be believed."""
        found = await self._branches.leading_to(tip, self.cursor, self.finalized)
        return None if found is None else self._step(found.root, found.blocks, missed=found.missed)

    def _step(
        self, ancestor: BlockRef, blocks: Sequence[Block], *, missed: str | None = None
    ) -> Step:
        now = self._now()
        seen = self._nothing_newer_at
        patience = max(5 * self._block_time, timedelta(seconds=10))
        live = missed is None and seen is not None and now - seen <= patience
        newest = blocks[-1].ref
        if live:
            arrival = now.timestamp() - newest.time.timestamp()
            fastest = self._fastest_arrival
            self._fastest_arrival = arrival if fastest is None else min(arrival, fastest)
        born = tuple(now if live else block.ref.time + self._late for block in blocks)
        return Step(self.cursor, ancestor, tuple(blocks), born, missed)

    async def _wait(self) -> None:
        """Until the next block is announced or due, as early as one ever came; then in short
        rounds."""
        clock = self._clock()
        silent_for = clock - self._moved_at
        if silent_for > max(2 * self._chain.block_time, 3.0) and clock - self._surveyed_at > max(
            self._chain.block_time, 2.0
        ):
            await self.survey()
            if self.head > self.cursor.number:
                return
        pause = min(self._chain.block_time, LONGEST_POLL)
        if self._fastest_arrival is not None:
            due = self.cursor.time.timestamp() + self._chain.block_time + self._fastest_arrival
            until_due = due - self._now().timestamp()
            pause = max(pause, min(until_due, LONGEST_SLEEP))
        if self._source.listening:
            pause = max(pause, min(SILENT_BLOCKS * self._chain.block_time, LISTENED_POLL))
        announced = await self._source.announced(pause)
        if announced is not None:
            self.head = max(self.head, announced)


def linked(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """As many of the blocks as follow one another: the nodes reorged while they answered."""
    kept = [blocks[0]]
    for block in blocks[1:]:
        if block.ref.parent_hash != kept[-1].ref.hash:
            break
        kept.append(block)
    return tuple(kept)


async def first_cursor(chain: Chain, source: BlockSource) -> BlockRef:
    """Where a chain is begun: just below its newest block, so that this one is the first seen.

    Raises RpcError when no node answers.
    """
    head = await source.head()
    block = await source.block(head, exists=True)
    if block is None:
        raise AllNodesFailed(chain.name, "the newest block", {})
    ref = block.ref
    if ref.number == 0:
        return ref
    block_time = timedelta(seconds=chain.block_time)
    return BlockRef(
        chain.name, ref.number - 1, ref.parent_hash, UNKNOWN_HASH, ref.time - block_time
    )
