"""Progress: what is committed at once, at the head or in a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.model import BlockRef, CoverageGap, Settled
    from watcher.weigh import WeighedBlock


@dataclass(frozen=True, slots=True)
class Progress:
    """What is committed at once: the cursor's way, by which a reorg leads over an ancestor.

    ``missed`` as in ``watcher.collect.Step``. ``settled`` is how far the chain is known to be safe
    by now, None if nothing new is known. ``covers`` says that some of the blocks may lie in a gap.
    """

    before: BlockRef
    ancestor: BlockRef
    blocks: tuple[WeighedBlock, ...]
    missed: str | None = None
    settled: Settled | None = None
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """Blocks of a gap that were had after all; its cursor goes on to the block ``to``."""

    gap: CoverageGap
    to: int
    blocks: tuple[WeighedBlock, ...]
