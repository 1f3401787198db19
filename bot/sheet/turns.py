"""Turns for everybody else while a long list is gone through."""

from __future__ import annotations

import asyncio
import time

LONGEST = 0.01
"""Seconds that this may go on by itself."""


class Turns:
    """To be awaited for each piece of the work; mostly it returns at once."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def pause(self) -> None:
        """Let the others have their turn, if it is time."""
        if time.perf_counter() - self._since >= LONGEST:
            await asyncio.sleep(0)
            self._since = time.perf_counter()
