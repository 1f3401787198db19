"""Rings at the moments that it was told, however far off, with one timer for all of them."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LATE_SECONDS = 0.002
"""Databases count milliseconds: whoever rings on the dot finds nothing due yet."""


class Alarm:
    """Calls ``ring`` on the running loop's clock."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._moments: list[float] = []
        self._timer: asyncio.TimerHandle | None = None

    def ring_in(self, seconds: float) -> None:
        """Ring after so many seconds, whatever else was asked for."""
        loop = asyncio.get_running_loop()
        heappush(self._moments, loop.time() + seconds + LATE_SECONDS)
        self._set(loop)

    def stop(self) -> None:
        """Never ring again."""
        self._moments.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        first = self._moments[0]
        if self._timer is not None:
            if self._timer.when() <= first:
                return
            self._timer.cancel()
        self._timer = loop.call_at(first, self._rings)

    def _rings(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        now = loop.time()
        while self._moments and self._moments[0] <= now:
            heappop(self._moments)
        if self._moments:
            self._set(loop)
        self._ring()
