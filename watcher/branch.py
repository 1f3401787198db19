"""Branches: from a block that does not follow the cursor down to where its branch leaves ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from data.model import BlockRef
from watcher.rpc.errors import AllNodesFailed
from watcher.witnesses import Latched

if TYPE_CHECKING:
    from data.model import Chain
    from watcher.family import Block, BlockSource
    from watcher.holdup import HoldUp
    from watcher.witnesses import Witnesses

UNKNOWN_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Branch:
    """``blocks`` above a ``root`` that is ours, too; ``missed`` as in ``watcher.collect.Step``."""

    root: BlockRef
    blocks: tuple[Block, ...]
    missed: str | None = None


class Branches:
    """Follows branches of one chain. ``recent`` are our blocks by height, maybe with gaps."""

    def __init__(
        self,
        chain: Chain,
        source: BlockSource,
        recent: Mapping[int, BlockRef],
        witnesses: Witnesses,
        held_up: HoldUp,
    ) -> None:
        self._chain = chain
        self._source = source
        self._recent = recent
        self._witnesses = witnesses
        self._held_up = held_up

    async def leading_to(
        self, tip: Block, cursor: BlockRef, finalized: int | None
    ) -> Branch | None:
        """The branch that ends at ``tip``; None while it is not to be believed.

        Raises Latched when it leaves ours below what is final, or below all that is remembered.
        """
        branch = await self._down_from(tip, finalized)
        if branch is None:
            return None
        if branch.missed is not None:
            agreed = await self._witnesses.agreed(tip.ref.number)
            return branch if agreed is not None and agreed.ref == tip.ref else None
        root = branch.root.number
        if cursor.number - root <= 1:
            return branch
        # the blocks next to the root may be ones that we left out
        ours = self._recent[min(number for number in self._recent if number > root)]
        theirs = branch.blocks[ours.number - root - 1].ref
        return branch if await self._witnesses.prefer(theirs, ours) else None

    async def _down_from(self, tip: Block, finalized: int | None) -> Branch | None:
        blocks, final = [tip], self._last_final(finalized)
        while True:
            lowest = blocks[0].ref
            if final is not None and lowest.number <= final.number:
                await self._witnesses.final(final)
                return None
            below = lowest.number - 1
            root = self._recent.get(below)
            if root is not None and root.hash == lowest.parent_hash:
                return Branch(root, tuple(blocks))
            if below < min(self._recent):
                return Branch(self._before_memory(lowest, finalized), tuple(blocks))
            try:
                blocks.insert(0, await self._source.block_with_hash(lowest.parent_hash, below))
            except AllNodesFailed as error:
                if not self._held_up.is_long:
                    raise
                root = await self._known_below(below)
                if final is not None and root.number < final.number:
                    await self._witnesses.final(final)
                    return None
                return Branch(root, tuple(blocks), str(error))

    def _last_final(self, finalized: int | None) -> BlockRef | None:
        """Our highest block that is final."""
        if finalized is None:
            return None
        known = [number for number in self._recent if number <= finalized]
        return self._recent[max(known)] if known else None

    async def _known_below(self, number: int) -> BlockRef:
        """Our highest block under a height that the nodes have, too."""
        for known in sorted((n for n in self._recent if n < number), reverse=True):
            if await self._witnesses.know(self._recent[known]):
                return self._recent[known]
        msg = f"{self._chain.title} was rewritten below block {min(self._recent)}"
        raise Latched(msg)

    def _before_memory(self, lowest: BlockRef, finalized: int | None) -> BlockRef:
        """The unknown block under a branch, if it is only unknown because we began above it, or
        an operator decided that the branch is to be followed."""
        if finalized is not None and len(self._recent) >= self._chain.keep_hashes:
            msg = f"{self._chain.title} was rewritten below block {lowest.number}"
            raise Latched(msg)
        return BlockRef(
            self._chain.name,
            lowest.number - 1,
            lowest.parent_hash,
            UNKNOWN_HASH,
            lowest.time - timedelta(seconds=self._chain.block_time),
        )
