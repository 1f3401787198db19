"""One at a time, whoever has the lowest rank first."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Turnstile:
    """A lock whose waiters are not served in the order in which they came."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    @asynccontextmanager
    async def passing(self, rank: float, within: float | None = None) -> AsyncIterator[bool]:
        """Inside, nobody else is; of those alike the first comes first.

        False where it was not one's turn ``within`` so many seconds: then one is not inside.
        """
        if self._is_taken and not await self._wait(rank, within):
            yield False
            return
        self._is_taken = True
        try:
            yield True
        finally:
            self._let_in_the_next()

    async def _wait(self, rank: float, within: float | None) -> bool:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (rank, next(self._order), mine))
        try:
            await asyncio.wait([mine], timeout=within)
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                # it was handed over to us in the same moment
                self._let_in_the_next()
            mine.cancel()
            raise
        if not mine.done():
            mine.cancel()
            return False
        return True

    def _let_in_the_next(self) -> None:
        while self._waiting:
            _, _, first = heappop(self._waiting)
            if not first.done():
                first.set_result(None)
                return
        self._is_taken = False
