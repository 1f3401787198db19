"""A lookout for each test; a crowd, and the workers that tell it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from data.database import Database
from data.redis.connection import open_redis
from sandbox.telegram import Limits, TelegramSandbox
from tests.faults.crowd import Crowd
from tests.faults.lives import Lives, open_lives, worker_settings
from tests.faults.lookout import Lookout, opened_lookout
from tests.warm.process import Warm


@pytest.fixture
async def lookout(
    migrated_sqlite: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Lookout]:
    async with opened_lookout(migrated_sqlite, redis_url, monkeypatch) as opened:
        yield opened


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    opened = open_redis(redis_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    """Without limits: these tests are about other things."""
    async with TelegramSandbox(limits=Limits.none()) as running:
        yield running


@pytest.fixture
async def crowd(telegram: TelegramSandbox, migrated_postgres: str) -> AsyncIterator[Crowd]:
    database = Database(migrated_postgres)
    yield Crowd(telegram, database)
    await database.close()


@pytest.fixture
async def lives(
    telegram: TelegramSandbox, migrated_postgres: str, redis_url: str, tmp_path: Path, warm: Warm
) -> AsyncIterator[Lives]:
    """Of workers, on PostgreSQL."""
    settings = worker_settings(telegram, migrated_postgres, redis_url)
    async with open_lives("worker", settings, tmp_path / "workers.log", warm) as opened:
        yield opened
