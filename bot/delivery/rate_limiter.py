"""Telegram's limits, for whoever is about to send: alerts, edits, answers to commands."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery.pace import Pace, pace_of
from bot.delivery.turnstile import Turnstile
from data.model import ChatKind
from data.queries import messages
from data.redis.away import RedisAway
from data.redis.limiter import WINDOW_SECONDS, Limiter, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from bot.delivery.alone import Alone
    from data.database import Database
    from data.model import Priority
    from data.settings import Settings

_PRIVATE_AT_ONCE = 10
"""More than this would keep a private chat's rate busy for some ten seconds: one list instead."""

_MOMENT, _PATIENCE = 0.25, 1.0
"""Seconds that are waited for at once, and in all; then it had better be read again."""
_LONGEST_WAIT = 3.0
_AGAIN = 0.001
_LATELY = timedelta(seconds=WINDOW_SECONDS)


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

    When it is away, ``alone`` and what ``database`` knows hold instead; without these two the
    methods raise RedisError. ``clock`` in microseconds stands in for the server's where time is
    simulated.
    """

    def __init__(
        self,
        redis: Redis,
        settings: Settings,
        clock: Callable[[], int | None] = lambda: None,
        *,
        alone: Alone | None = None,
        database: Database | None = None,
    ) -> None:
        self._alone = alone
        self._database = database
        self._limiter = Limiter(redis, limits_of(settings))
        self._clock = clock
        self._turnstiles: defaultdict[Priority, Turnstile] = defaultdict(Turnstile)

    async def acquire(
        self, chat_id: int, kind: ChatKind, priority: Priority, rank: float = 0.0
    ) -> float:
        """0 when one message may go now, and it is counted; else the seconds to wait.

        Where it is a moment only, that is waited for in here: who asks has just read what there is
        to tell, and would have to read it again. Of those alike urgent the lowest rank goes first,
        and the others need not ask meanwhile.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        # others may always be more urgent: whoever asks holds a chat, and must not lose it in here
        async with self._turnstiles[priority].passing(rank, _LONGEST_WAIT) as inside:
            while inside and loop.time() < until:
                wait, for_bot = await self._ask(chat_id, kind, priority)
                if wait <= 0 or not for_bot or wait > _MOMENT:
                    return wait
                await asyncio.sleep(wait)
        return _AGAIN

    async def _ask(self, chat_id: int, kind: ChatKind, priority: Priority) -> tuple[float, bool]:
        """Seconds to wait, and whether everybody of this urgency has to."""
        by_log = kind is not ChatKind.PRIVATE
        if not self._is_alone:
            try:
                reply = await self._limiter.ask(
                    chat_id, by_log=by_log, priority=priority, now=self._clock()
                )
            except RedisAway as error:
                self._go_on_without(error)
            else:
                return reply.wait / 1_000_000, reply.for_bot
        if self._alone is None or self._database is None:
            return _MOMENT, False
        now = datetime.now(UTC)
        limits = self._limiter.limits
        most = limits.group_per_minute if by_log else limits.chat_burst
        async with self._database.read() as connection:
            found = await messages.sent_after(connection, chat_id, now - _LATELY, most)
        ages = [(now - moment).total_seconds() for moment in found]
        return self._alone.take(chat_id, by_log=by_log, ages=ages), False

    @property
    def _is_alone(self) -> bool:
        return self._alone is not None and self._alone.is_so

    def _go_on_without(self, error: RedisAway) -> None:
        """Raises the error where nobody is prepared for it."""
        if self._alone is None:
            raise error
        self._alone.begin()

    async def pause(self, chat_id: int | None, seconds: float) -> None:
        """Obey a ``retry_after`` of a chat, or with None of the bot; the longest pause holds."""
        if self._alone is not None:
            self._alone.pause(chat_id, seconds)
        if not self._is_alone:
            try:
                await self.tell_of_pause(chat_id, seconds)
            except RedisAway as error:
                self._go_on_without(error)

    async def tell_of_pause(self, chat_id: int | None, seconds: float) -> None:
        """Let all processes know of it. Raises RedisError."""
        await self._limiter.pause(chat_id, seconds, now=self._clock())

    async def slow_down(self) -> None:
        """Send less for a while."""
        if not self._is_alone:
            try:
                await self._limiter.slow_down(now=self._clock())
            except RedisAway as error:
                self._go_on_without(error)

    async def bot_paused_for(self) -> float:
        """Seconds until the bot may send at all."""
        if not self._is_alone:
            try:
                return await self._limiter.bot_paused_for(now=self._clock())
            except RedisAway as error:
                self._go_on_without(error)
        return 0.0 if self._alone is None else self._alone.bot_paused_for()

    async def pace(self, chat_id: int, kind: ChatKind) -> Pace:
        """How many alerts the chat can be told one by one, and whether the next had better wait."""
        if kind is ChatKind.PRIVATE:
            return Pace(_PRIVATE_AT_ONCE)
        if not self._is_alone:
            try:
                used, since_last = await self._limiter.used(chat_id, now=self._clock())
            except RedisAway as error:
                self._go_on_without(error)
            else:
                most = self._limiter.limits.group_per_minute
                return pace_of(used, since_last, most, WINDOW_SECONDS)
        return Pace(1)
