"""How many messages of a chat came late, in one go.

Key: ``late:{chat_id}`` → a counter, forgotten once none has come for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

FORGOTTEN_SECONDS = 300


async def count_late(redis: Redis, chat_id: int) -> int:
    """The how many-th it is, from 1."""
    key = f"late:{chat_id}"
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, FORGOTTEN_SECONDS)
        number, _ = await pipeline.execute()
    return int(number)
