"""Messages in real time: the product's own delivery over HTTP to the sandbox's strict Telegram."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bench.letters import Load
from bench.senders import OneByOne, fill, memory
from bot.delivery import Delivery
from data.database import Database
from data.migrate import migrate
from data.redis.connection import open_redis
from data.settings import load_settings
from sandbox.telegram import TelegramSandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE = 28
"""Messages a second: what arrives is spread by the network, and Telegram counts what arrives."""
PRIVATE, GROUPS, IN_GROUP = 880, 6, 20
_PATIENCE = 300.0
_LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Outing:
    """How it went, from the start of the delivery to the last message that was accepted."""

    messages: int
    seconds: float
    floor: float
    refused: int


async def real(valkey: str) -> Outing:
    """A thousand messages. Raises TimeoutError when they do not arrive."""
    settings = load_settings(_env_file=None, rate_bot_per_second=RATE)
    redis = open_redis(valkey)
    await redis.flushall()
    with TemporaryDirectory(dir=memory()) as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/bench.db")
        try:
            async with TelegramSandbox() as telegram:
                await migrate(database)
                load = Load("real", _chats(telegram))
                await fill(database, load)
                session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
                bot, stopping = Bot(telegram.token, session=session), asyncio.Event()
                limiter = OneByOne(redis, settings)
                delivery = Delivery(
                    bot, database, redis, settings, "bench", listeners=(), limiter=limiter
                )
                began = time.time()
                running = asyncio.ensure_future(delivery.run(stopping))
                try:
                    async with asyncio.timeout(_PATIENCE):
                        while _accepted(telegram) < load.messages:  # noqa: ASYNC110 - it counts, too
                            await asyncio.sleep(_LOOK_EVERY)
                finally:
                    stopping.set()
                    await running
                    await bot.session.close()
                last = max(call.date for call in telegram.calls("sendMessage") if call.accepted)
                refused = sum(call.code == 429 for call in telegram.calls())
                return Outing(load.messages, last - began, load.floor, refused)
        finally:
            await redis.aclose()
            await database.close()


def _chats(telegram: TelegramSandbox) -> Mapping[int, int]:
    wanted: dict[int, int] = {}
    for number in range(PRIVATE):
        person = telegram.create_user(f"Reader {number}")
        telegram.create_private_chat(person.id)
        wanted[person.id] = 1
    for number in range(GROUPS):
        wanted[telegram.create_supergroup(f"Group {number}").id] = IN_GROUP
    return wanted


def _accepted(telegram: TelegramSandbox) -> int:
    return sum(call.accepted for call in telegram.calls("sendMessage"))
