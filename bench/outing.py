"""Messages in real time: the product's own delivery over HTTP to the sandbox's strict Telegram,
which is a process of its own, as Telegram is."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.letters import Load
from bench.senders import OneByOne, fill, memory
from bot.delivery import Delivery
from bot.wiring import open_bot
from data.database import Database
from data.migrate import migrate
from data.redis.connection import open_redis
from data.settings import load_settings
from sandbox.telegram import TelegramClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sandbox.telegram.calls import Call

RATE = 29
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
    redis = open_redis(valkey)
    await redis.flushall()
    with TemporaryDirectory(dir=memory()) as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/bench.db")
        try:
            async with _telegram() as (telegram, token):
                await migrate(database)
                load = Load("real", await _chats(telegram))
                await fill(database, load)
                settings = load_settings(
                    _env_file=None,
                    bot_token=token,
                    telegram_api_url=telegram.base_url,
                    rate_bot_per_second=RATE,
                )
                bot, stopping = open_bot(settings), asyncio.Event()
                limiter = OneByOne(redis, settings)
                delivery = Delivery(
                    bot, database, redis, settings, "bench", listeners=(), limiter=limiter
                )
                began = time.time()
                running = asyncio.ensure_future(delivery.run(stopping))
                try:
                    async with asyncio.timeout(_PATIENCE):
                        calls = await _until_accepted(telegram, load.messages)
                finally:
                    stopping.set()
                    await running
                    await bot.session.close()
                last = max(call.date for call in calls if call.accepted)
                refused = (await telegram.counts())["too_many_requests"]
                return Outing(load.messages, last - began, load.floor, refused)
        finally:
            await redis.aclose()
            await database.close()


@asynccontextmanager
async def _telegram() -> AsyncIterator[tuple[TelegramClient, str]]:
    """The sandbox, and the token that it takes."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.telegram"), stdout=asyncio.subprocess.PIPE
    )
    try:
        line = await server.stdout.readline() if server.stdout else b""
        told = json.loads(line)
        async with TelegramClient(told["url"]) as client:
            yield client, told["token"]
    finally:
        server.terminate()
        await server.wait()


async def _until_accepted(telegram: TelegramClient, wanted: int) -> list[Call]:
    """All calls that send messages, when so many were accepted."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        counts = await telegram.counts()
        if counts["calls"] - counts["too_many_requests"] >= wanted:
            calls = await telegram.calls("sendMessage")
            if sum(call.accepted for call in calls) >= wanted:
                return calls


async def _chats(telegram: TelegramClient) -> Mapping[int, int]:
    wanted: dict[int, int] = {}
    for number in range(PRIVATE):
        person = await telegram.create_user(f"Reader {number}")
        await telegram.create_private_chat(person.id)
        wanted[person.id] = 1
    for number in range(GROUPS):
        wanted[(await telegram.create_supergroup(f"Group {number}")).id] = IN_GROUP
    return wanted
