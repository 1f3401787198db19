"""A real Valkey, a real database, a Telegram that really listens, and alerts to deliver."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer

from bot.session import Session
from data.database import Database
from data.settings import Settings
from sandbox.telegram import Limits, TelegramSandbox
from tests.integration.bot.delivery.outbox import Outbox


@pytest.fixture
async def database(migrated_database_url: str) -> AsyncIterator[Database]:
    database = Database(migrated_database_url)
    yield database
    await database.close()


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def telegram(limits: Limits) -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(limits=limits) as running:
        yield running


@pytest.fixture
async def bot(telegram: TelegramSandbox) -> AsyncIterator[Bot]:
    session = Session(api=TelegramAPIServer.from_base(telegram.url))
    bot = Bot(telegram.token, session=session)
    yield bot
    await bot.session.close()


@pytest.fixture
def settings() -> Settings:
    """Leases short enough to see them run out; the limits as they are."""
    return Settings(_env_file=None, chat_lease_for=2, send_lease_for=1, backoff_first=0.1)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)
