"""Who sends in ``bench.delivery``: ours, and what others do. Each is set to 30 messages a second,
20 a minute in a group, and one a second in a private chat where it knows such a limit."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import SendMessage
from aiogram.types import Chat as TelegramChat
from aiogram.types import Message
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from bench.letters import Course, Load, Refused, Telegram
from bench.virtual import BEGINNING, StandingDatabase, StandingRedis, real_work
from bot.delivery import Delivery, RateLimiter
from bot.delivery.pace import Pace
from data.migrate import migrate
from data.model import (
    BlockRef,
    ChatKind,
    Leg,
    Movement,
    MovementKind,
    Price,
    Priority,
)
from data.queries import alerts, chats, movements, queues, watches
from data.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from data.database import Database

BOT_RATE, CHAT_RATE, GROUP_RATE = 30, 1.0, 20
WALLET = bytes(19) + b"\x07"
_MOST = 10**9


async def gather_and_retry(load: Load) -> Course:
    """Everything at once; whoever is refused tries again after the time that it was told."""
    telegram = Telegram()

    async def one(chat: int) -> None:
        while True:
            try:
                await telegram.send(chat)
            except Refused as error:
                await asyncio.sleep(error.retry_after)
            else:
                return

    await asyncio.gather(*[one(chat) for chat in _interleaved(load)])
    return Course.of(telegram)


async def ptb(load: Load) -> Course:
    """python-telegram-bot's AIORateLimiter, with as many retries as it needs."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    telegram = Telegram()
    limiter = AIORateLimiter(
        overall_max_rate=BOT_RATE, group_max_rate=GROUP_RATE, max_retries=1_000
    )
    await limiter.initialize()

    async def callback(chat: int) -> bool:
        try:
            await telegram.send(chat)
        except Refused as error:
            raise RetryAfter(error.retry_after) from None
        return True

    async def one(chat: int) -> None:
        await limiter.process_request(callback, (chat,), {}, "sendMessage", {"chat_id": chat}, None)

    await asyncio.gather(*[one(chat) for chat in _interleaved(load)])
    await limiter.shutdown()
    return Course.of(telegram)


async def gcra(load: Load) -> Course:
    """A virtual schedule (GCRA) for the bot and for each chat, whose messages go in order."""
    telegram = Telegram()
    loop = asyncio.get_running_loop()
    free_at: defaultdict[int | None, float] = defaultdict(loop.time)

    async def chat(chat_id: int, number: int) -> None:
        own = 1 / CHAT_RATE if chat_id > 0 else 60 / GROUP_RATE
        for _ in range(number):
            now = loop.time()
            at = max(now, free_at[None], free_at[chat_id])
            free_at[None] = at + 1 / BOT_RATE + 1e-6
            free_at[chat_id] = at + own
            await asyncio.sleep(at - now)
            await telegram.send(chat_id)

    await asyncio.gather(*[chat(one, number) for one, number in load.wanted.items()])
    return Course.of(telegram)


async def ours(load: Load, valkey: str) -> Course:
    """The product's own delivery: outbox, leases, limiter, claims and records.

    Alerts that would share a list are told one by one, because the others know no lists.
    """
    settings = load_settings(
        _env_file=None,
        rate_bot_per_second=BOT_RATE,
        rate_chat_per_second=CHAT_RATE,
        rate_group_per_minute=GROUP_RATE,
        chat_lease_for=3600,
    )
    loop = asyncio.get_running_loop()
    with TemporaryDirectory(dir=memory()) as folder:
        database = StandingDatabase(f"sqlite+aiosqlite:///{folder}/bench.db")
        redis = StandingRedis.from_url(valkey, decode_responses=True)
        try:
            await redis.flushall()
            with real_work():
                await migrate(database)
            await fill(database, load)
            telegram, stopping = Telegram(), asyncio.Event()
            bot = Bot("1:" + "x" * 35, session=_Session(telegram))
            limiter = OneByOne(redis, settings, clock=lambda: round(loop.time() * 1e6))
            delivery = Delivery(
                bot, database, redis, settings, "bench", listeners=(), limiter=limiter
            )
            running = asyncio.ensure_future(delivery.run(stopping))
            await telegram.has_taken(load.messages)
            stopping.set()
            await running
        finally:
            with real_work():
                await redis.aclose()
                await database.close()
    return Course.of(telegram)


def memory() -> str | None:
    """Where a file costs no disk: it is the sending that is simulated."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


def _interleaved(load: Load) -> list[int]:
    """Each chat once, then each chat that wants more once more, and so on."""
    order: list[int] = []
    for turn in range(max(load.wanted.values())):
        order += [chat for chat, number in load.wanted.items() if number > turn]
    return order


class OneByOne(RateLimiter):
    async def pace(self, chat_id: int, kind: ChatKind) -> Pace:  # noqa: ARG002 - alike for all
        """Never a list."""
        return Pace(_MOST)


class _Session(BaseSession):
    """Carries messages to the simulated server."""

    def __init__(self, telegram: Telegram) -> None:
        super().__init__()
        self._telegram = telegram

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(
        self,
        bot: Bot,  # noqa: ARG002 - aiogram's signature
        method: Any,
        timeout: int | None = None,  # noqa: ARG002 - aiogram's signature
    ) -> Any:
        """Only messages are sent here."""
        if not isinstance(method, SendMessage):
            raise TypeError("only messages are sent here")
        chat = int(method.chat_id)
        try:
            number = await self._telegram.send(chat)
        except Refused as error:
            raise TelegramRetryAfter(method, "Too Many Requests", error.retry_after) from None
        kind = "private" if chat > 0 else "supergroup"
        return Message(
            message_id=number,
            date=datetime.fromtimestamp(BEGINNING, UTC),
            chat=TelegramChat(id=chat, type=kind),
        )

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """Nothing is fetched."""
        yield b""


async def fill(database: Database, load: Load) -> None:
    """Chats with a watch each, and as many alerts as they are to get."""
    now = datetime.now(UTC)
    async with database.write() as connection:
        stored = await movements.store(
            connection, [movement(number, now) for number in range(max(load.wanted.values()))]
        )
        new = []
        for chat_id, number in load.wanted.items():
            kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.SUPERGROUP
            await chats.meet(connection, chat_id, kind, Decimal(100_000), now)
            watch = await watches.add(connection, chat_id, now=now, address=WALLET)
            new += [
                alerts.NewAlert(chat_id, 0, one, watch.id, (), Priority.WATCH)
                for one in stored[:number]
            ]
        await alerts.write(connection, new, now)
        await queues.enqueue(connection, [(one.chat_id, Priority.WATCH) for one in new])


def movement(number: int, now: datetime) -> Movement:
    block = BlockRef("ethereum", 20_000_000 + number, bytes(32), bytes(32), now)
    price = Price(Decimal("2500.5"), "chainlink", now - timedelta(minutes=1))
    legs = (Leg(None, "ETH", 18, 10**20, price),)
    tx_hash = number.to_bytes(32)
    return Movement(block, tx_hash, 0, WALLET, MovementKind.RECEIVE, legs, None, False)
