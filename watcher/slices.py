"""Work in slices: a large block of one chain must not keep the other chains waiting."""

from __future__ import annotations

import asyncio


class Turns:
    """Lets others have their turn whenever ``every`` pieces of work were done since the last."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._done = 0

    async def worked(self, pieces: int) -> None:
        """So many more are done."""
        self._done += pieces
        if self._done >= self._every:
            self._done = 0
            await asyncio.sleep(0)
