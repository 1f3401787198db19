"""Tallies: how often what happened lately, added up over all processes.

Key: ``tally:{n}`` → a hash of counts by name, for the n-th ten minutes since 1970; kept for a day
and an hour.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from redis.asyncio import Redis

SPAN = timedelta(minutes=10)
KEPT_FOR = timedelta(hours=25)
_SECONDS = int(SPAN.total_seconds())


def _key(number: int) -> str:
    return f"tally:{number}"


async def add(redis: Redis, counts: Mapping[str, int], now: datetime) -> None:
    """Add to the counts of the ten minutes that it is. Raises RedisError when Redis is away."""
    if not counts:
        return
    key = _key(int(now.timestamp()) // _SECONDS)
    async with redis.pipeline(transaction=True) as pipeline:
        for name, number in counts.items():
            pipeline.hincrby(key, name, number)
        pipeline.expire(key, KEPT_FOR)
        await pipeline.execute()


async def read(redis: Redis, now: datetime, *spans: timedelta) -> list[Counter[str]]:
    """What was counted in the last so much time, for each of the spans: to ten minutes exactly, and
    the time that has begun counts whole. Raises RedisError when Redis is away."""
    last = int(now.timestamp()) // _SECONDS
    numbers = [max(1, round(span / SPAN)) for span in spans]
    async with redis.pipeline(transaction=False) as pipeline:
        for back in range(max(numbers)):
            pipeline.hgetall(_key(last - back))
        found = await pipeline.execute()
    sums = []
    for number in numbers:
        total: Counter[str] = Counter()
        for counts in found[:number]:
            total.update({name: int(count) for name, count in counts.items()})
        sums.append(total)
    return sums
