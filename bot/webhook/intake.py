"""Each update is handled once, in its chat's order, before it is answered.

What is not answered with 200 Telegram brings again, so nothing that a person typed is lost in a
crash. The other way round it brings again what was handled when the answer was lost: that is
remembered, here while it is under way and in Redis afterwards.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.lanes import Lanes
from data.redis.away import RedisAway
from data.redis.webhook import note_handled, was_handled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import Update
    from redis.asyncio import Redis


class Intake:
    """``handle`` must not raise; ``handle_within`` in seconds."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        handle: Callable[[Update], Awaitable[object]],
        redis: Redis,
        *,
        handle_within: float,
    ) -> None:
        self._handle = handle
        self._redis = redis
        self._handle_within = handle_within
        self._under_way: dict[int, asyncio.Event] = {}
        self._lanes = Lanes(group, self._finish)

    async def take(self, update: Update) -> bool:
        """Whether the update is handled; False when that takes longer: it goes on meanwhile, and
        whoever brings it again waits with it."""
        number = update.update_id
        done = self._under_way.get(number)
        if done is None:
            # before anything else is awaited: it may be brought twice at once
            done = self._under_way[number] = asyncio.Event()
            try:
                known = await self._is_known(number)
            except BaseException:
                del self._under_way[number]
                raise
            if known:
                self._under_way.pop(number).set()
                return True
            self._lanes.put([update])
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), self._handle_within)
        return done.is_set()

    async def drained(self, timeout: float) -> bool:
        """Whether everything is handled, after that many seconds at most."""
        return await self._lanes.drained(timeout)

    def cancel(self) -> None:
        """Give up what is under way: it was not answered, so it comes again."""
        self._lanes.cancel()

    async def _finish(self, update: Update) -> None:
        done = self._under_way[update.update_id]
        try:
            await self._handle(update)
            with suppress(RedisAway, OSError):
                await note_handled(self._redis, update.update_id)
            done.set()
        finally:
            del self._under_way[update.update_id]

    async def _is_known(self, number: int) -> bool:
        with suppress(RedisAway, OSError):
            return await was_handled(self._redis, number)
        return False
