"""The roll of workers: each signs in, and so knows its share for the time that Redis is away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.alone import PRESENT_FOR, SIGN_IN_EVERY
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.instruments import show_pauses
from data.database import DATABASE_AWAY
from data.queries import send_claims, workers
from data.redis.away import RedisAway
from data.redis.limiter import pauses
from data.together import heed_cancellation

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from bot.delivery.alone import Alone
    from bot.delivery.marks import Marks
    from bot.delivery.means import Means

_LOOK_EVERY = 1.0
_FORGET_EVERY = 3_600.0
_PRESENT_FOR = timedelta(seconds=PRESENT_FOR)


class Roll:
    """Run it beside the turns. It also notices when Redis is back."""

    def __init__(self, means: Means, redis: Redis, alone: Alone, marks: Marks, owner: str) -> None:
        self._means = means
        self._redis = redis
        self._alone = alone
        self._marks = marks
        self._owner = owner
        self._told = False
        self._forget_at = 0.0

    async def run(self) -> None:
        """Sign in again and again until cancelled, then sign out."""
        loop = asyncio.get_running_loop()
        signed_in_at = -SIGN_IN_EVERY
        try:
            while True:
                heed_cancellation()
                if loop.time() - signed_in_at >= SIGN_IN_EVERY:
                    signed_in_at = loop.time()
                    await self._sign_in()
                    await self._look_at_redis()
                elif self._alone.is_so:
                    await self._look_at_redis()
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            with suppress(*DATABASE_AWAY):
                async with self._means.database.write() as connection:
                    await workers.sign_out(connection, self._owner)

    async def _sign_in(self) -> None:
        now = asyncio.get_running_loop().time()
        with suppress(*DATABASE_AWAY):
            async with self._means.database.write() as connection:
                present = await workers.sign_in(connection, self._owner, _PRESENT_FOR)
                if now >= self._forget_at:
                    await send_claims.forget_old(connection)
                    self._forget_at = now + _FORGET_EVERY
                claimed = await send_claims.are_any(connection)
            self._marks.look_in_database = claimed or self._alone.is_so
            self._alone.signed_in(present)

    async def _look_at_redis(self) -> None:
        try:
            show_pauses(await pauses(self._redis))
            if self._alone.is_so:
                await self._hand_back()
        except (RedisAway, OSError):
            self._alone.begin()
        if self._alone.is_so is not self._told:
            self._told = self._alone.is_so
            share = f"1/{self._alone.workers} of the bot's rate"
            kind = EventKind.ALONE if self._told else EventKind.TOGETHER
            self._means.tell(DeliveryEvent(kind, reason=share if self._told else None))

    async def _hand_back(self) -> None:
        """Redis is told what only we have heard meanwhile."""
        for chat_id, seconds in self._alone.pauses().items():
            await self._means.limiter.tell_of_pause(chat_id, seconds)
        self._alone.end()
