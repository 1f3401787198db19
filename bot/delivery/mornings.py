"""Queues the chats whose digests are due."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY
from data.model import Priority
from data.queries import chats, queues
from data.together import heed_cancellation

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.delivery.means import Means

_log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
AT_ONCE = 1_000
"""Chats that are queued in one transaction: everybody's digest may come at eight."""


class Mornings:
    """Looks once a second, until it is cancelled; ``woken`` is called when a chat was queued."""

    def __init__(self, means: Means, woken: Callable[[], None]) -> None:
        self._means = means
        self._woken = woken

    async def run(self) -> None:
        """Look, and look again: what is away now is found the next time."""
        while True:
            heed_cancellation()
            found = 0
            try:
                found = await self.look()
            except DATABASE_AWAY:
                pass  # delivery itself tells of it
            except Exception as error:  # noqa: BLE001 - nobody goes untold because this fails
                _log.error("which digests are due could not be looked at", exc_info=error)
            if found < AT_ONCE:
                await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Queue the chats that are due now; how many they were."""
        now = self._means.clock()
        async with self._means.database.read() as connection:
            # so that nobody has to write every second for what comes once a day
            if not await chats.any_due(connection, now):
                return 0
        async with self._means.database.write() as connection:
            due = await chats.due(connection, now, AT_ONCE)
            await queues.enqueue(connection, [(chat_id, Priority.DIGEST) for chat_id in due])
        if due:
            self._woken()
        return len(due)
