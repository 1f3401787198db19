"""Whether an operator lets the chain rest: looked up beside the loop that follows it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY
from data.health import told_time
from data.queries import pauses
from data.together import heed_cancellation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from data.database import Database
    from data.model import ChainPause

LOOK_EVERY = 1.0
log = structlog.get_logger(__name__)


class Resting(Exception):
    """Nothing is to be done for the chain just now."""


class Rest:
    """What the database said of a chain last; while it is away, that goes on."""

    def __init__(self, chain: str, database: Database, now: Callable[[], datetime]) -> None:
        self._chain = chain
        self._database = database
        self._now = now
        self.pause: ChainPause | None = None
        self.has_been = False
        """Whether the chain has rested since it was followed last."""

    @property
    def reason(self) -> str | None:
        """By whose word it rests, and since when; None while it does not."""
        if self.pause is None:
            return None
        return f"by the word of {self.pause.who}, since {told_time(self.pause.since, self._now())}"

    def heed(self) -> None:
        """Raise Resting while the chain rests."""
        if self.pause is not None:
            raise Resting

    async def look(self) -> None:
        """Ask the database once. Raises DATABASE_AWAY."""
        async with self._database.read() as connection:
            found = await pauses.of_chain(connection, self._chain)
        if (found is None) != (self.pause is None):
            log.info("chain rests" if found else "chain is followed again", chain=self._chain)
        self.pause = found
        self.has_been |= found is not None

    async def run(self) -> None:
        """Ask it every second until cancelled."""
        while True:
            heed_cancellation()
            await asyncio.sleep(LOOK_EVERY)
            with suppress(*DATABASE_AWAY):
                await self.look()
