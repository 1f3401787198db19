"""Faults of all processes, for a day.

Key: ``faults:{n}`` → a hash for the n-th hour since 1970: ``count:{process}:{kind}`` → how often,
``last:{process}:{kind}`` → when last (unix time), and the code beside it where there was one; kept
for a day and an hour.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from data.model import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

KEPT_FOR = timedelta(hours=25)
HOURS = 24
MOST_KINDS = 200
"""Fields of an hour: whoever comes later is counted among the others."""
OTHER = "other errors"
_HOUR = 3600


def _key(hour: int) -> str:
    return f"faults:{hour}"


async def add(redis: Redis, noted: Sequence[Fault]) -> None:
    """Add to those of their hours. Raises RedisError when Redis is away."""
    for fault in noted:
        key = _key(int(fault.last.timestamp()) // _HOUR)
        crowded = await redis.hlen(key) >= 2 * MOST_KINDS
        name = f"{fault.process}:{OTHER if crowded else fault.kind}"
        last = f"{fault.last.timestamp():.3f} {fault.code or ''}"
        async with redis.pipeline(transaction=True) as pipeline:
            pipeline.hincrby(key, f"count:{name}", fault.count)
            pipeline.hset(key, f"last:{name}", last)
            pipeline.expire(key, KEPT_FOR)
            await pipeline.execute()


async def read(redis: Redis, now: datetime) -> list[Fault]:
    """Those of the last day, to the hour, the latest first. Raises RedisError when Redis is
    away."""
    hour = int(now.timestamp()) // _HOUR
    async with redis.pipeline(transaction=False) as pipeline:
        for back in range(HOURS):
            pipeline.hgetall(_key(hour - back))
        found = await pipeline.execute()
    faults: dict[str, Fault] = {}
    for hashed in found:  # the newest hour first
        for field, number in hashed.items():
            how, _, name = field.partition(":")
            if how != "count":
                continue
            if name in faults:
                known = faults[name]
                count = known.count + int(number)
                faults[name] = Fault(known.process, known.kind, count, known.last, known.code)
                continue
            process, _, kind = name.partition(":")
            when, _, code = hashed.get(f"last:{name}", "0 ").partition(" ")
            last = datetime.fromtimestamp(float(when), UTC)
            faults[name] = Fault(process, kind, int(number), last, code or None)
    return sorted(faults.values(), key=lambda fault: fault.last, reverse=True)
