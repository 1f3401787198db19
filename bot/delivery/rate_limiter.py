"""Telegram's limits, for whoever is about to send: alerts, edits, answers to commands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from data.model import ChatKind
from data.redis.limiter import Limiter, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from data.model import Priority
    from data.settings import Settings

_PRIVATE_AT_ONCE = 10
"""More than this would keep a private chat's rate busy for some ten seconds: one list instead."""

_MOMENT, _PATIENCE = 0.25, 1.0
"""Seconds that are waited for at once, and in all."""


def limits_of(settings: Settings) -> Limits:
    """The limits as configured."""
    return Limits(
        bot_per_second=settings.rate_bot_per_second,
        chat_per_second=settings.rate_chat_per_second,
        chat_burst=settings.rate_chat_burst,
        group_per_minute=settings.rate_group_per_minute,
    )


class RateLimiter:
    """One view of the limits for all processes that share the Redis.

    Every method raises RedisError when it is away. ``clock`` in microseconds stands in for the
    server's where time is simulated.
    """

    def __init__(
        self, redis: Redis, settings: Settings, clock: Callable[[], int | None] = lambda: None
    ) -> None:
        self._limiter = Limiter(redis, limits_of(settings))
        self._clock = clock
        self._asking = asyncio.Lock()
        self._refused_until: dict[Priority, float] = {}

    async def acquire(self, chat_id: int, kind: ChatKind, priority: Priority) -> float:
        """0 when one message may go now, and it is counted; else the seconds to wait.

        Where it is a moment only, that is waited for in here: who asks has just read what there is
        to tell, and would have to read it again.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        while True:
            wait = await self._ask(chat_id, kind, priority)
            if wait <= 0 or wait > _MOMENT or loop.time() + wait > until:
                return wait
            await asyncio.sleep(wait)

    async def _ask(self, chat_id: int, kind: ChatKind, priority: Priority) -> float:
        """What one turn was told for the bot's sake holds for the others: they need not ask."""
        async with self._asking:
            wait = self._wait_known(priority)
            if wait > 0:
                return wait
            by_log = kind is not ChatKind.PRIVATE
            reply = await self._limiter.ask(
                chat_id, by_log=by_log, priority=priority, now=self._clock()
            )
            wait = reply.wait / 1_000_000
            if reply.for_bot:
                self._refused_until[priority] = asyncio.get_running_loop().time() + wait
            return wait

    def _wait_known(self, priority: Priority) -> float:
        """Who is as urgent as someone that waits, or less, waits as well."""
        ends = [end for other, end in self._refused_until.items() if other <= priority]
        return max(ends, default=0.0) - asyncio.get_running_loop().time()

    async def pause(self, chat_id: int | None, seconds: float) -> None:
        """Obey a ``retry_after`` of a chat, or with None of the bot; the longest pause holds."""
        await self._limiter.pause(chat_id, seconds, now=self._clock())

    async def slow_down(self) -> float:
        """Send less for a while; the share of the bot's rate that is left."""
        return await self._limiter.slow_down(now=self._clock())

    async def bot_paused_for(self) -> float:
        """Seconds until the bot may send at all."""
        return await self._limiter.bot_paused_for(now=self._clock())

    async def one_by_one(self, chat_id: int, kind: ChatKind) -> int:
        """How many alerts the chat can be told one by one before they had better share a list."""
        if kind is ChatKind.PRIVATE:
            return _PRIVATE_AT_ONCE
        return await self._limiter.room(chat_id, now=self._clock())
