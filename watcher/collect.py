"""Collect: node → blocks. Every block once, in order, linked to its parent; reorgs as steps.

The collector keeps no store of its own: what it hands out is done only once it was committed
with the cursor, and after a crash it begins again from there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from data.errors import SpyhopError
from data.model import BlockRef
from watcher.rpc.errors import AllNodesFailed

if TYPE_CHECKING:
    from data.model import Chain
    from watcher.family import Block, BlockSource

BATCH = 20
"""Blocks fetched at once while catching up."""
LONGEST_POLL = 0.5
LONGEST_SLEEP = 2.0
"""Seconds without a look at the chain, however far off the next block is due by the clocks."""
_UNKNOWN_HASH = bytes(32)


class ReorgBeyondMemory(SpyhopError):
    """The chain was rewritten below every hash that is remembered: it cannot be followed on."""


@dataclass(frozen=True, slots=True)
class Step:
    """The chain moved: ``blocks`` follow ``ancestor``, oldest first.

    ``before`` is the cursor that the step begins at; where it is above the ancestor, a reorg
    took the blocks between away. ``born`` tells for each block when it came up: now, for one
    that appeared while the head was watched, else by its own time stamp.
    """

    before: BlockRef
    ancestor: BlockRef
    blocks: tuple[Block, ...]
    born: tuple[datetime, ...]

    @property
    def after(self) -> BlockRef:
        """The cursor when the step is done."""
        return self.blocks[-1].ref

    @property
    def is_reorg(self) -> bool:
        """Whether blocks were taken away."""
        return self.before != self.ancestor


class Collector:
    """Follows one chain from a cursor. ``next`` hands out a step, ``advance`` takes it as done.

    ``recent`` are the remembered blocks up to the cursor, newest first. ``on_round`` is awaited
    whenever the chain was asked and had nothing new: the loop is alive.
    """

    def __init__(
        self,
        chain: Chain,
        source: BlockSource,
        recent: Sequence[BlockRef],
        *,
        at_head: bool,
        on_round: Callable[[], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._chain = chain
        self._source = source
        self._recent = {ref.number: ref for ref in recent}
        self.cursor = recent[0]
        self.head = self.cursor.number
        self._on_round = on_round
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._nothing_newer_at: datetime | None = now() if at_head else None
        self._moved_at = self._surveyed_at = clock()
        self._fastest_arrival: float | None = None
        self._block_time = timedelta(seconds=chain.block_time)
        # a time stamp is cut to whole seconds, and says when the block was begun
        self._late = self._block_time + timedelta(seconds=1)

    async def next(self) -> Step:
        """The next step, after waiting for it as long as it takes.

        Raises RpcError when no node answers, ReorgBeyondMemory when there is no way on.
        """
        while True:
            blocks = await self._fetch()
            if blocks:
                self.head = max(self.head, blocks[-1].ref.number)
                if blocks[0].ref.parent_hash != self.cursor.hash:
                    return await self._reorg(blocks[0])
                return self._step(self.cursor, _linked(blocks))
            self._nothing_newer_at = self._now()
            await self._on_round()
            await self._wait()

    def advance(self, step: Step) -> None:
        """The step is committed: go on from there."""
        for number in range(step.ancestor.number + 1, step.before.number + 1):
            self._recent.pop(number, None)
        for block in step.blocks:
            self._recent[block.ref.number] = block.ref
        self.cursor = step.after
        for number in [
            n for n in self._recent if n <= self.cursor.number - self._chain.keep_hashes
        ]:
            del self._recent[number]
        self._moved_at = self._clock()

    async def survey(self) -> None:
        """Ask all nodes for their heads, so that one that stands still does not blind us."""
        self._surveyed_at = self._clock()
        self.head = max(await self._source.head(), self.cursor.number)

    async def _fetch(self) -> Sequence[Block]:
        first = self.cursor.number + 1
        if self.head >= first:
            with suppress(AllNodesFailed):
                return await self._source.blocks(first, min(self.head, first + BATCH - 1))
            self.head = self.cursor.number  # whoever told of a higher one may have lied
        block = await self._source.block(first, exists=False)
        return [] if block is None else [block]

    async def _reorg(self, tip: Block) -> Step:
        branch = [tip]
        while True:
            below = branch[0].ref.number - 1
            ours = self._recent.get(below)
            if ours is not None and ours.hash == branch[0].ref.parent_hash:
                return self._step(ours, tuple(branch))
            if below < min(self._recent):
                return self._step(self._before_memory(branch[0].ref), tuple(branch))
            parent = branch[0].ref.parent_hash
            branch.insert(0, await self._source.block_with_hash(parent, below))

    def _before_memory(self, lowest: BlockRef) -> BlockRef:
        """The unknown block under a branch, if it is only unknown because we began above it."""
        if len(self._recent) >= self._chain.keep_hashes:
            msg = f"{self._chain.title} was rewritten below block {lowest.number}"
            raise ReorgBeyondMemory(msg)
        return BlockRef(
            self._chain.name,
            lowest.number - 1,
            lowest.parent_hash,
            _UNKNOWN_HASH,
            lowest.time - self._block_time,
        )

    def _step(self, ancestor: BlockRef, blocks: Sequence[Block]) -> Step:
        now = self._now()
        seen = self._nothing_newer_at
        patience = max(5 * self._block_time, timedelta(seconds=10))
        live = seen is not None and now - seen <= patience
        newest = blocks[-1].ref
        if live:
            arrival = now.timestamp() - newest.time.timestamp()
            fastest = self._fastest_arrival
            self._fastest_arrival = arrival if fastest is None else min(arrival, fastest)
        born = tuple(now if live else block.ref.time + self._late for block in blocks)
        return Step(self.cursor, ancestor, tuple(blocks), born)

    async def _wait(self) -> None:
        """Until the next block is due, as early as one ever came; then in short rounds."""
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
        await self._sleep(pause)


def _linked(blocks: Sequence[Block]) -> tuple[Block, ...]:
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
        chain.name, ref.number - 1, ref.parent_hash, _UNKNOWN_HASH, ref.time - block_time
    )
