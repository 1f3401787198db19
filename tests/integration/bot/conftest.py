"""A conversation with the bot's handlers, on SQLite: the contract tests do both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from redis.asyncio import Redis

from bot.context import Context
from bot.dispatcher import make_dispatcher
from data.chains import known_chains
from data.database import Database
from data.labels import curated_labels
from data.settings import load_settings
from sandbox.telegram import Limits, TelegramSandbox
from tests.bots import made_quickly  # noqa: F401 - a fixture
from tests.integration.bot.conversation import NOW, Conversation, Recording
from tests.integration.bot.place import Place, answering

TOKEN = "123456789:" + "x" * 35


@pytest.fixture
async def database(migrated_sqlite: str) -> AsyncIterator[Database]:
    database = Database(migrated_sqlite)
    yield database
    await database.close()


@pytest.fixture
async def talk(database: Database, redis: Redis) -> AsyncIterator[Conversation]:
    clock: list[Callable[[], datetime]] = [lambda: NOW]
    context = Context(
        database=database,
        redis=redis,
        settings=load_settings(_env_file=None, commands_per_minute=100_000, commands_burst=100_000),
        chains=(known_chains()["ethereum"], known_chains()["bsc"]),
        labels=curated_labels(),
        clock=lambda: clock[0](),
    )
    session = Recording()
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    conversation = Conversation(bot, session, make_dispatcher(context), context)
    clock[0] = lambda: conversation.now
    yield conversation
    await bot.session.close()


@pytest.fixture
async def place(database: Database, redis: Redis) -> AsyncIterator[Place]:
    context = Context(
        database=database,
        redis=redis,
        settings=load_settings(_env_file=None, commands_per_minute=100_000, commands_burst=100_000),
        chains=(known_chains()["ethereum"], known_chains()["bsc"]),
        labels=curated_labels(),
        clock=lambda: datetime.now(UTC),
    )
    async with TelegramSandbox(limits=Limits.none()) as telegram:
        owner, member = telegram.create_user("Ada"), telegram.create_user("Bob")
        async with answering(telegram, context):
            yield Place(telegram, context, owner, member)
