"""How delivery does, written down for whoever runs it: what waits, what was sent, what went wrong.

The stamp is the time at which delivery last looked for work, so one that stands still is seen by
its age, whoever reads it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from bot.delivery.events import EventKind
from bot.delivery.instruments import show_standing
from data.database import DATABASE_AWAY
from data.queries import standing
from data.redis import tallies
from data.redis.away import RedisAway
from data.redis.published import HOUR_AND_DAY, DeliveryStatus, publish_delivery
from data.together import heed_cancellation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from redis.asyncio import Redis

    from bot.delivery.events import DeliveryEvent
    from data.database import Database

_log = structlog.get_logger(__name__)

WRITE_SECONDS = 5.0
_FIRST_WRITE_SECONDS = 0.2
CHATS_EVERY = 12
"""Chats are counted by state once in so many times: there may be a hundred thousand."""
MOST_REASONS = 20
"""Different ones of a kind that are kept apart between two writings."""
OTHER = "other reasons"
_WITH_REASON = {
    EventKind.DROPPED,
    EventKind.FAILED,
    EventKind.UNKNOWN,
    EventKind.UNREACHABLE,
    EventKind.MALFORMED,
}
_OF_ALERTS = {EventKind.SENT, EventKind.REPEATED, EventKind.DROPPED, EventKind.DEFERRED}


class Ledger:
    """Listens to delivery and publishes how it stands, until it is cancelled."""

    def __init__(self, database: Database, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._round_at: datetime | None = None
        self._chats: dict[str, int] = {}
        self._writings = 0

    def __call__(self, event: DeliveryEvent) -> None:
        """Count what happened, by its reason where that tells something."""
        number = event.alerts if event.kind in _OF_ALERTS else 1
        self._counts[event.kind.value] += number
        if event.kind not in _WITH_REASON or event.reason is None:
            return
        prefix = f"{event.kind.value}: "
        name = prefix + event.reason
        known = sum(one.startswith(prefix) for one in self._counts)
        if name not in self._counts and known >= MOST_REASONS:
            name = prefix + OTHER
        self._counts[name] += number

    def round_made(self) -> None:
        """Delivery has looked for work."""
        self._round_at = self._clock()

    async def run(self) -> None:
        """Write every few seconds; what is away now is written the next time."""
        while True:
            heed_cancellation()
            try:
                await self.write()
            except (*DATABASE_AWAY, RedisAway):
                pass  # delivery itself tells of it
            except Exception as error:  # noqa: BLE001 - nobody goes untold because this fails
                _log.error("how delivery does could not be written down", exc_info=error)
            await asyncio.sleep(WRITE_SECONDS if self._writings else _FIRST_WRITE_SECONDS)

    async def write(self) -> None:
        """Publish how delivery stands, if it has looked for work at all."""
        now = self._clock()
        counts, self._counts = self._counts, Counter()
        try:
            await tallies.add(self._redis, counts, now)
        except BaseException:
            self._counts.update(counts)
            raise
        if self._round_at is None:
            return
        async with self._database.read() as connection:
            queue = await standing.queue(connection, now)
            if self._writings % CHATS_EVERY == 0:
                self._chats = await standing.chats_by_state(connection)
        self._writings += 1
        hour, day = await tallies.read(self._redis, now, *HOUR_AND_DAY)
        status = DeliveryStatus(
            written_at=self._round_at,
            pending=queue.alerts,
            pending_since=queue.since,
            deferred=queue.deferred,
            chats_waiting=queue.chats,
            chats=self._chats,
            last_hour=dict(hour),
            last_day=dict(day),
        )
        show_standing(status, now)
        await publish_delivery(self._redis, status)
