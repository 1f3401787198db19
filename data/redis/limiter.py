"""The token buckets and the sliding log that Telegram's limits ask for, on Redis's clock.

Keys: ``limit:bot`` and ``limit:chat:{chat_id}`` (buckets: when they are full again),
``limit:log:{chat_id}`` (a group's or channel's last minute), ``limit:pause:bot`` and
``limit:pause:{chat_id}`` (what ``retry_after`` said), ``limit:paused`` (all of these by their
ends), ``limit:slow`` (the share of its rate that
the bot has after it was told to wait), ``limit:waiting`` (who waits for the bot's bucket, by how
urgent). All times in microseconds; all expire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING

from data.model import Priority
from data.redis.scripts import script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

_SECOND = 1_000_000

# Telegram counts what arrives, we count what leaves: a second makes up for what was under way
WINDOW_SECONDS = 61
TELEGRAMS_RATE = 30
"""Messages that Telegram takes from one bot in a second, by its own word."""
UNEVEN_SECONDS = 0.02
"""By how much two messages' ways to Telegram may differ."""
_UNEVEN = 1.04
"""A burst leaves room for a little more than the rate: what was held up arrives together."""
SLOWED = 0.75
"""What is left of the bot's rate each time that Telegram tells it to wait."""
LEAST_SHARE = 0.2
RECOVERY = 0.01
"""The share of its rate that a slowed bot gets back in a second: a quarter in half a minute."""
_WAITING, _SLOW, _PAUSED = "limit:waiting", "limit:slow", "limit:paused"
_BOT = "bot"


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a second of the bot, a second and at once in a private chat, a minute in a group."""

    bot_per_second: float
    chat_per_second: float
    chat_burst: int
    group_per_minute: int

    @property
    def bot_burst(self) -> int:
        """Kept small, so that no second sees more than a sixth over the rate, nor more than
        Telegram takes."""
        at_most = self.bot_per_second / 6
        if self.bot_per_second <= TELEGRAMS_RATE:
            at_most = min(at_most, TELEGRAMS_RATE - self.bot_per_second * _UNEVEN)
        return max(1, int(at_most))

    @property
    def bot_interval(self) -> float:
        """Seconds from one message to the next: a little more than the rate asks for where that is
        all that Telegram takes, because what leaves evenly arrives less so."""
        interval = 1 / self.bot_per_second
        if self.bot_per_second > TELEGRAMS_RATE:
            return interval
        return max(interval, (1 + UNEVEN_SECONDS) / (TELEGRAMS_RATE + 1 - self.bot_burst))


@dataclass(frozen=True, slots=True)
class Reply:
    """``wait`` in microseconds, 0 for "go"; ``for_bot`` where every message of this urgency has to
    wait as long."""

    wait: int
    for_bot: bool


class Limiter:
    """What may leave now. Raises RedisError when the server is away.

    ``now`` in microseconds stands in for the server's clock in tests; nobody else gives it.
    """

    def __init__(self, redis: Redis, limits: Limits) -> None:
        self.limits = limits
        self._redis = redis
        self._take = script(redis, "take")
        self._pause = script(redis, "pause")
        self._room = script(redis, "room")
        self._slow = script(redis, "slow")

    async def take(
        self,
        chat_id: int,
        *,
        by_log: bool,
        priority: Priority = Priority.WATCH,
        now: int | None = None,
    ) -> int:
        """0 when a message may go, and it is counted; else the microseconds to wait.

        ``by_log`` for groups, supergroups and channels. Nobody goes while somebody more urgent
        waits for the bot's turn.
        """
        return (await self.ask(chat_id, by_log=by_log, priority=priority, now=now)).wait

    async def ask(
        self,
        chat_id: int,
        *,
        by_log: bool,
        priority: Priority = Priority.WATCH,
        now: int | None = None,
    ) -> Reply:
        """As ``take``, and for whose sake there is to be waited."""
        limits = self.limits
        own: tuple[str, int, int]
        if by_log:
            own = ("log", WINDOW_SECONDS * _SECOND, limits.group_per_minute)
        else:
            own = ("bucket", ceil(_SECOND / limits.chat_per_second), limits.chat_burst)
        arguments: list[str | int] = [
            ceil(_SECOND * limits.bot_interval),
            limits.bot_burst,
            int(priority),
            *own,
            str(RECOVERY),
        ]
        own_key = _own_key(chat_id, by_log)
        keys = [_pause_key(None), _pause_key(chat_id), "limit:bot", own_key, _SLOW, _WAITING]
        wait, for_bot = await self._take(keys, _with_now(arguments, now))
        return Reply(int(wait), bool(for_bot))

    async def pause(self, chat_id: int | None, seconds: float, *, now: int | None = None) -> int:
        """Hold a chat back, or with None the bot; returns the end in microseconds.

        Of pauses that overlap the longest holds.
        """
        arguments: list[str | int] = [round(seconds * _SECOND), _name(chat_id)]
        return int(await self._pause([_pause_key(chat_id), _PAUSED], _with_now(arguments, now)))

    async def slow_down(self, *, now: int | None = None) -> float:
        """Telegram told the bot to wait: the share of its rate that it has for now.

        It comes back by and by.
        """
        arguments: list[str | int] = [str(SLOWED), str(LEAST_SHARE), str(RECOVERY)]
        return float(await self._slow([_SLOW], _with_now(arguments, now)))

    async def used(self, chat_id: int, *, now: int | None = None) -> tuple[int, float]:
        """How many messages a group had in its last minute, and seconds since the last of them.

        That is the whole minute when there was none.
        """
        arguments = [WINDOW_SECONDS * _SECOND]
        key = _own_key(chat_id, by_log=True)
        used, since_last = await self._room([key], _with_now(arguments, now))
        return int(used), int(since_last) / _SECOND if used else float(WINDOW_SECONDS)

    async def bot_paused_for(self, *, now: int | None = None) -> float:
        """Seconds until the bot's own pause ends; 0 without one."""
        if now is not None:
            ends = await self._redis.get(_pause_key(None))
            return max(0, int(ends or 0) - now) / _SECOND
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.get(_pause_key(None))
            pipeline.time()
            ends, (seconds, micros) = await pipeline.execute()
        now = int(seconds) * _SECOND + int(micros)
        return max(0, int(ends or 0) - now) / _SECOND


@dataclass(frozen=True, slots=True)
class Pauses:
    """What Telegram asked to be left alone: until when the bot, how many chats, and the last of
    them until when."""

    bot_until: datetime | None = None
    chats: int = 0
    chats_until: datetime | None = None


async def pauses(redis: Redis) -> Pauses:
    """Those that hold now, whoever was told of them. Raises RedisError when the server is away."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.time()
        pipeline.zrange(_PAUSED, 0, -1, withscores=True)
        (seconds, micros), found = await pipeline.execute()
    now = int(seconds) * _SECOND + int(micros)
    ends = {
        _text(name): datetime.fromtimestamp(end / _SECOND, UTC) for name, end in found if end > now
    }
    bot_until = ends.pop(_BOT, None)
    return Pauses(bot_until, len(ends), max(ends.values(), default=None))


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _pause_key(chat_id: int | None) -> str:
    return f"limit:pause:{_name(chat_id)}"


def _name(chat_id: int | None) -> str:
    return _BOT if chat_id is None else str(chat_id)


def _own_key(chat_id: int, by_log: bool) -> str:
    return f"limit:log:{chat_id}" if by_log else f"limit:chat:{chat_id}"


def _with_now(arguments: Sequence[str | int], now: int | None) -> list[str | int]:
    return [*arguments] if now is None else [*arguments, now]
