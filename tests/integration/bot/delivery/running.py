"""Deliveries that run while a test looks on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiogram import Bot
from redis.asyncio import Redis

from bot.delivery import Delivery
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.means import utc_now
from data.database import Database
from data.settings import Settings

_owners = itertools.count(1)


class Told:
    """Listens to a delivery."""

    def __init__(self) -> None:
        self.events: list[DeliveryEvent] = []

    def __call__(self, event: DeliveryEvent) -> None:
        self.events.append(event)

    def count(self, kind: EventKind) -> int:
        """How often; for what concerns alerts, how many alerts."""
        return sum(event.alerts or 1 for event in self.events if event.kind is kind)


@asynccontextmanager
async def delivering(
    bot: Bot,
    database: Database,
    redis: Redis,
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Told]:
    """One process's delivery, ended in good order."""
    told, stopping = Told(), asyncio.Event()
    owner = f"owner-{next(_owners)}"
    delivery = Delivery(bot, database, redis, settings, owner, listeners=[told], clock=clock)
    async with asyncio.timeout(60):
        running = asyncio.ensure_future(delivery.run(stopping))
        try:
            yield told
        finally:
            stopping.set()
            await running


async def until(condition: Callable[[], Awaitable[bool]], timeout: float = 30) -> None:
    """Look again and again until it holds."""
    async with asyncio.timeout(timeout):
        while not await condition():  # noqa: ASYNC110 - a database has no event to wait for
            await asyncio.sleep(0.02)
