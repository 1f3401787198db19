"""Command budgets: how often a person, and a group, is answered.

Keys: ``budget:{who}`` (a bucket: when it is full again) and ``budget:rest:{who}`` (it was emptied,
and whoever did was told so); ``who`` is Telegram's id, or ``look:`` and the id where somebody only
looks. All expire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from data.redis.scripts import script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

REST = timedelta(seconds=30)
"""For so long nobody listens to whoever has emptied a bucket."""
_MINUTE = 60_000_000
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """Commands a minute, and how many may follow each other at once."""

    per_minute: int
    burst: int


@dataclass(frozen=True, slots=True)
class Granted:
    """Answer it; it is counted."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Answer nothing for ``rest``; ``is_news`` where nobody has said so yet."""

    rest: timedelta
    is_news: bool


class Budgets:
    """All budgets of one Redis. Raises RedisError when the server is away."""

    def __init__(self, redis: Redis) -> None:
        self._spend = script(redis, "budget")

    async def spend(self, rates: Mapping[str, Rate], *, now: int | None = None) -> Granted | Spent:
        """One command, of all who are concerned, by ``who`` they are; in one round trip. It is
        granted only where all have room, and counted only then. ``now`` in microseconds, in
        tests."""
        keys: list[str] = []
        arguments: list[str | int] = [REST // _MILLISECOND, "" if now is None else now]
        for who, rate in rates.items():
            keys += [f"budget:{who}", f"budget:rest:{who}"]
            arguments += [ceil(_MINUTE / rate.per_minute), rate.burst]
        found, left = await self._spend(keys, arguments)
        if int(found) == 0:
            return Granted()
        return Spent(int(left) * _MILLISECOND, is_news=int(found) == 1)
