"""Work in slices: a large block of one chain must not keep the other chains waiting."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

SLICE = 500
"""Transactions that are worked off without a pause: a few milliseconds."""


async def in_slices(work: Iterator[T]) -> tuple[T, ...]:
    """Everything that an iterator yields; others get their turn now and then."""
    done: list[T] = []
    while more := list(islice(work, SLICE)):
        done += more
        if len(more) == SLICE:
            await asyncio.sleep(0)
    return tuple(done)
