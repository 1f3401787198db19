"""Long work in slices, so that a huge block does not hold up everything else in the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

T = TypeVar("T")


async def others_turn() -> None:
    """Between two things that each take a moment: let others work."""
    await asyncio.sleep(0)


async def sliced(items: Sequence[T], size: int) -> AsyncIterator[Sequence[T]]:
    """The items in runs of ``size``; between two of them others may work."""
    for start in range(0, len(items), size):
        if start:
            await others_turn()
        yield items[start : start + size]
