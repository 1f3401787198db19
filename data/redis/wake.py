"""Wake-ups: a message on a channel says that there is something new.

A wake-up can get lost; whoever waits for one also looks by itself now and then.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from data.together import heed_cancellation

if TYPE_CHECKING:
    from redis.asyncio import Redis

OUTBOX = "wake:outbox"
PURSUITS = "wake:pursuits"
"""The watcher is woken: a chat asked for a transaction to be followed."""
PURSUED = "wake:pursued"
"""The bot is woken: something became of one."""
BROADCASTS = "wake:broadcasts"
"""The bot is woken: an operator tells everybody something, or stops it."""


async def wake(redis: Redis, channel: str = OUTBOX) -> None:
    """Wake whoever waits on the channel; silently does nothing when Redis is away."""
    with suppress(RedisError, OSError):
        await redis.publish(channel, "1")


class Sleeper:
    """Waits for wake-ups on one channel. Run ``listen`` beside whoever waits."""

    def __init__(self, redis: Redis, channel: str = OUTBOX) -> None:
        self._redis = redis
        self._channel = channel
        self._woken = asyncio.Event()

    async def listen(self) -> None:
        """Turn messages into wake-ups until cancelled; reconnects by itself."""
        while True:
            heed_cancellation()
            with suppress(RedisError, OSError):
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel)
                    while True:
                        heed_cancellation()
                        # also woken by the server's word that it listens, after each reconnection:
                        # something may have come before
                        if await pubsub.get_message(timeout=5):
                            self._woken.set()
            await asyncio.sleep(1)

    def set(self) -> None:
        """Wake the sleeper from within the process."""
        self._woken.set()

    async def sleep(self, longest: float) -> None:
        """Return at the next wake-up, at once if one came since the last time, or in the end."""
        with suppress(TimeoutError):
            # wait_for loses a cancellation that comes with a wake-up (before Python 3.12)
            async with asyncio.timeout(longest):
                await self._woken.wait()
        self._woken.clear()
