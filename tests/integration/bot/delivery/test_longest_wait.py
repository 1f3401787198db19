"""How long an alert waits at most because of its own chat's limit, in virtual time: the real
delivery with a real SQLite and a real Valkey, under a strict Telegram.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramRetryAfter
from aiogram.types import Chat as TelegramChat
from aiogram.types import Message
from sqlalchemy import select

from bench.letters import Refused, Telegram
from bench.virtual import (
    BEGINNING,
    StandingDatabase,
    StandingRedis,
    in_virtual_time,
    real_work,
)
from bot.delivery import Delivery, RateLimiter
from data.migrate import migrate
from data.model import ChatKind, Priority
from data.queries import alerts, chats, movements, queues, watches
from data.settings import load_settings
from data.tables import alerts as alerts_table
from data.tables import messages as messages_table
from tests.integration.bot.delivery.outbox import WALLET, received

PERSON, GROUP = 7, -7
BURST, A_SECOND = 200, 5


class Session(BaseSession):
    """Carries messages to the simulated server, and keeps their texts."""

    def __init__(self, telegram: Telegram) -> None:
        super().__init__()
        self._telegram = telegram
        self.texts: dict[int, str] = {}

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        try:
            number = await self._telegram.send(int(method.chat_id))
        except Refused as error:
            raise TelegramRetryAfter(method, "Too Many Requests", error.retry_after) from None
        self.texts[number] = method.text
        return Message(
            message_id=number,
            date=datetime.fromtimestamp(BEGINNING, UTC),
            chat=TelegramChat(id=int(method.chat_id), type="private"),
        )

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        yield b""


class Stream:
    """Alerts for a person and a group, as they come; ``written`` has when, in seconds."""

    def __init__(self, database: StandingDatabase) -> None:
        self._database = database
        self.written: list[float] = []
        self._watches: dict[int, int] = {}

    async def begin(self) -> None:
        async with self._database.write() as connection:
            for chat, kind in ((PERSON, ChatKind.PRIVATE), (GROUP, ChatKind.SUPERGROUP)):
                now = datetime.now(UTC)
                await chats.meet(connection, chat, kind, Decimal(100_000), now)
                made = await watches.add(connection, chat, now=now, address=WALLET)
                self._watches[chat] = made.id

    async def write(self, count: int) -> None:
        first = len(self.written) + 1
        moved = [received(number, number) for number in range(first, first + count)]
        async with self._database.write() as connection:
            stored = await movements.store(connection, moved)
            new = [
                alerts.NewAlert(chat, 0, one, watch, (), Priority.WATCH)
                for chat, watch in self._watches.items()
                for one in stored
            ]
            await alerts.write(connection, new, datetime.now(UTC))
            await queues.enqueue(connection, [(chat, Priority.WATCH) for chat in self._watches])
        self.written += [asyncio.get_running_loop().time()] * count


async def course(folder: Path, redis_url: str, seconds: int) -> None:
    settings = load_settings(_env_file=None, chat_lease_for=3600)
    loop = asyncio.get_running_loop()
    database = StandingDatabase(f"sqlite+aiosqlite:///{folder}/spyhop.db")
    redis = StandingRedis.from_url(redis_url, decode_responses=True)
    with real_work():
        await migrate(database)
    telegram, stopping = Telegram(), asyncio.Event()
    session = Session(telegram)
    limiter = RateLimiter(redis, settings, clock=lambda: round(loop.time() * 1e6))
    bot = Bot("1:" + "x" * 35, session=session)
    delivery = Delivery(bot, database, redis, settings, "one", listeners=(), limiter=limiter)
    stream = Stream(database)
    await stream.begin()
    running = asyncio.ensure_future(delivery.run(stopping))
    # when
    await stream.write(BURST)
    for _ in range(seconds):
        await asyncio.sleep(1)
        await stream.write(A_SECOND)
    await asyncio.sleep(62)
    stopping.set()
    await running
    # then
    statement = select(alerts_table, messages_table.c.telegram_id).outerjoin(
        messages_table, messages_table.c.id == alerts_table.c.message_id
    )
    async with database.read() as connection:
        rows = (await connection.execute(statement)).all()
    with real_work():
        await redis.aclose()
        await database.close()
    check(rows, stream, telegram, session)


def check(rows: Any, stream: Stream, telegram: Telegram, session: Session) -> None:
    assert telegram.refused == 0
    for chat in (PERSON, GROUP):
        own = [row for row in rows if row.chat_id == chat]
        assert len(own) == len(stream.written)
        assert {row.state for row in own} == {"sent"}
        told = {number for number, (_, to) in enumerate(telegram.taken, 1) if to == chat}
        assert {row.telegram_id for row in own} == told
        # what the messages say of themselves is all there is, once
        assert sum(told_in(session.texts[number]) for number in told) == len(own)
        waits = [
            telegram.began
            + telegram.taken[row.telegram_id - 1][0]
            - stream.written[int.from_bytes(row.tx_hash, "big") - 1]
            for row in own
        ]
        assert max(waits) <= 60
        # far from it, even: nobody waits for a limit, only for company
        assert max(waits) <= 15


def told_in(text: str) -> int:
    found = re.match(r"🐋 <b>([\d,]+) alerts", text)
    return int(found[1].replace(",", "")) if found else 1


def test_no_alert_of_a_person_or_a_group_waits_for_long_and_each_is_told_once(
    tmp_path: Path, redis_url: str
) -> None:
    in_virtual_time(course(tmp_path, redis_url, 75))


@pytest.mark.torture
def test_so_it_is_for_ten_minutes(tmp_path: Path, redis_url: str) -> None:
    in_virtual_time(course(tmp_path, redis_url, 600))
