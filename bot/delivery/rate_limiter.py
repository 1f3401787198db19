"""Telegram's limits, for whoever is about to send: alerts, edits, answers to commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.pace import Pace, pace_of
from data.model import ChatKind
from data.redis.limiter import WINDOW_SECONDS, Limiter, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from data.model import Priority
    from data.settings import Settings

_PRIVATE_AT_ONCE = 10
"""More than this would keep a private chat's rate busy for some ten seconds: one list instead."""


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

    async def acquire(self, chat_id: int, kind: ChatKind, priority: Priority) -> float:
        """0 when one message may go now, and it is counted; else the seconds to wait."""
        by_log = kind is not ChatKind.PRIVATE
        return (
            await self._limiter.take(chat_id, by_log=by_log, priority=priority, now=self._clock())
            / 1_000_000
        )

    async def pause(self, chat_id: int | None, seconds: float) -> None:
        """Obey a ``retry_after`` of a chat, or with None of the bot; the longest pause holds."""
        await self._limiter.pause(chat_id, seconds, now=self._clock())

    async def slow_down(self) -> float:
        """Send less for a while; the share of the bot's rate that is left."""
        return await self._limiter.slow_down(now=self._clock())

    async def bot_paused_for(self) -> float:
        """Seconds until the bot may send at all."""
        return await self._limiter.bot_paused_for(now=self._clock())

    async def pace(self, chat_id: int, kind: ChatKind) -> Pace:
        """How many alerts the chat can be told one by one, and whether the next had better wait."""
        if kind is ChatKind.PRIVATE:
            return Pace(_PRIVATE_AT_ONCE)
        used, since_last = await self._limiter.used(chat_id, now=self._clock())
        most = self._limiter.limits.group_per_minute
        return pace_of(used, since_last, most, WINDOW_SECONDS)
