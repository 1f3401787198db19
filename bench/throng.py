"""Very many chats with the same feed, and some people who have watches of their own and ask things:
who is told in ``bench.fanout``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bench.crowd import chat_row, insert
from data.model import (
    BlockRef,
    Direction,
    Leg,
    Movement,
    MovementKind,
    Price,
    Priority,
)
from data.queries import alerts, movements
from data.queries.alerts import NewAlert, Touched
from data.redis.wake import wake
from data.tables import chats, watches

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.database import Database
    from sandbox.telegram import TelegramSandbox

FIRST = 1_000_000
"""The first chat's id."""
EVERY = 1.0
"""Seconds between two alerts for own watches, and between two commands."""
PATIENCE = 30.0
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
_WALLET = bytes(19) + b"\x07"


async def fill(database: Database, telegram: TelegramSandbox, feeds: int, people: int) -> list[int]:
    """So many chats with a feed of BSC, and people with a watch on an address; these people."""
    everybody = range(FIRST, FIRST + feeds + people)
    for chat in everybody:
        telegram.create_user("Ada", user_id=chat)
        telegram.create_private_chat(chat)
    await insert(database, chats, map(chat_row, everybody))
    own = everybody[feeds:]
    await insert(database, watches, (_watch(chat, None) for chat in everybody[:feeds]))
    await insert(database, watches, (_watch(chat, _WALLET) for chat in own))
    async with database.write() as connection:
        await connection.execute(text("ANALYZE"))
    return list(own)


class People:
    """Those with watches of their own: each is told of one movement or asks one thing."""

    def __init__(
        self, database: Database, redis: Redis, telegram: TelegramSandbox, own: Iterable[int]
    ) -> None:
        self._database = database
        self._redis = redis
        self._telegram = telegram
        self._free = iter(own)
        self._waiting: dict[int, asyncio.Future[float]] = {}
        self.told: list[float] = []
        self.answered: list[float] = []

    async def listen(self) -> None:
        """Note when the Bot API is called for whom, until cancelled."""
        log = self._telegram.world.calls.log
        seen = len(log)
        while True:
            for call in log[seen:]:
                chat = int(call.parameters.get("chat_id", 0))
                if call.method == "sendMessage" and call.accepted and chat in self._waiting:
                    self._waiting.pop(chat).set_result(time.monotonic())
            seen = len(log)
            await asyncio.sleep(0.002)

    async def be_told(self) -> None:
        """An alert now and then, written as the watcher writes it, until cancelled."""
        for number, chat in enumerate(self._free):
            new = _movement(number)
            async with self._database.write() as connection:
                (stored,) = await movements.store(connection, [new])
                alert = NewAlert(
                    chat, 0, stored, await _watch_of(connection, chat), (), Priority.WATCH
                )
                await alerts.write(connection, [alert], datetime.now(UTC))
                await alerts.enqueue(connection, Touched(written=frozenset([stored.id or 0])))
            committed = time.monotonic()
            await wake(self._redis)
            self.told.append(await self._until_called(chat, committed))
            await asyncio.sleep(EVERY)

    async def ask(self) -> None:
        """A command now and then, until cancelled."""
        for chat in self._free:
            said = time.monotonic()
            self._telegram.send_text(chat, "/watchlist")
            self.answered.append(await self._until_called(chat, said))
            await asyncio.sleep(EVERY)

    async def _until_called(self, chat: int, since: float) -> float:
        called: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[chat] = called
        try:
            async with asyncio.timeout(PATIENCE):
                return max(0.0, await called - since)
        except TimeoutError:
            return PATIENCE


async def _watch_of(connection: AsyncConnection, chat: int) -> int:
    found = await connection.execute(watches.select().where(watches.c.chat_id == chat))
    return int(found.one().id)


def _watch(chat: int, address: bytes | None) -> dict[str, Any]:
    return {
        "chat_id": chat,
        "number": 1,
        "topic_id": 0,
        "chain": "bsc",
        "address": address,
        "direction": Direction.BOTH,
        "created_at": _LONG_AGO,
    }


def _movement(number: int) -> Movement:
    now = datetime.now(UTC)
    block = BlockRef("bsc", 1, bytes(32), bytes(32), now)
    legs = (Leg(None, "BNB", 18, 10**20, Price(Decimal("600.5"), "chainlink", now)),)
    tx_hash = (2**255 + number).to_bytes(32)
    return Movement(block, tx_hash, 0, _WALLET, MovementKind.RECEIVE, legs, None, False)
