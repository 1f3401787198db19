"""Witnesses: all nodes asked about one height, where a single one's word is not enough.

One node alone can make up blocks that link to one another. So it is not enough for leaving blocks
out, for taking more than one block back, or for doubting what was final.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from data.errors import SpyhopError
from watcher.rpc.errors import AllNodesFailed

if TYPE_CHECKING:
    from data.model import BlockRef, Chain
    from watcher.family import Block, BlockSource

ROUNDS_BEFORE_ACCUSED = 3
"""An honest node that follows a reorg first is joined by the rest within so many looks."""


class Latched(SpyhopError):
    """The chain was rewritten below what is final, or known at all: it is not followed on."""


class Witnesses:
    """Asks every node of a chain which block it has at a height, and counts."""

    def __init__(self, chain: Chain, source: BlockSource, clock: Callable[[], float]) -> None:
        self._chain = chain
        self._source = source
        self._clock = clock
        self._contested: bytes | None = None
        self._contested_since = 0.0
        self._contested_rounds = 0
        self._patience = max(60.0, 20 * chain.block_time)

    async def agreed(self, number: int) -> Block | None:
        """The block at a height, if more than half of the nodes that answer have this very one."""
        try:
            block = await self._source.block(number, exists=True)
        except AllNodesFailed:
            return None
        if block is None:
            return None
        told = (await self._source.hashes_at(number)).values()
        same = sum(one == block.ref.hash for one in told)
        return block if 2 * same > len(told) else None

    async def know(self, ref: BlockRef) -> bool:
        """Whether any node has our block. Raises AllNodesFailed when none has one there."""
        told = [one for one in (await self._source.hashes_at(ref.number)).values() if one]
        if not told:
            raise AllNodesFailed(self._chain.name, f"which block stands at {ref.number}", {})
        return ref.hash in told

    async def prefer(self, theirs: BlockRef, ours: BlockRef) -> bool:
        """Whether a branch that begins with ``theirs`` is to be followed in place of ``ours``.

        More nodes have to hold it. Who stays in the minority is accused; between equals ours
        stays, unless it has not grown for long.
        """
        told = await self._source.hashes_at(theirs.number)
        tellers = [node for node, block_hash in told.items() if block_hash == theirs.hash]
        holders = [node for node, block_hash in told.items() if block_hash == ours.hash]
        if len(tellers) > len(holders):
            self._contested = None
            return True
        if not tellers:
            return False
        if self._contested != ours.hash:
            self._contested, self._contested_rounds = ours.hash, 0
            self._contested_since = self._clock()
        self._contested_rounds += 1
        if len(tellers) < len(holders):
            if self._contested_rounds > ROUNDS_BEFORE_ACCUSED:
                self._accuse(tellers, theirs.number)
            return False
        return self._clock() - self._contested_since > self._patience

    async def final(self, ours: BlockRef) -> None:
        """Somebody tells another block than ``ours``, which was final.

        Returns when any node still has ours: those who tell another are accused. Raises Latched
        when none has it, AllNodesFailed when none answers.
        """
        told = await self._source.hashes_at(ours.number)
        known = {node: block_hash for node, block_hash in told.items() if block_hash}
        if not known:
            raise AllNodesFailed(self._chain.name, f"which block stands at {ours.number}", {})
        if ours.hash not in known.values():
            msg = (
                f"{self._chain.title} was rewritten at block {ours.number}, which was final:"
                " nothing is changed until an operator decides"
            )
            raise Latched(msg)
        self._accuse([n for n, one in known.items() if one != ours.hash], ours.number)

    def _accuse(self, nodes: list[str], number: int) -> None:
        self._source.accuse(nodes, f"it tells another block {number} than the other nodes")
