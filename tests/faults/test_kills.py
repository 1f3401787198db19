"""A worker killed between any two steps of a send loses nothing, and repeats only what nobody can
know: as many as it had on their way at most, and each says so."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from redis.asyncio import Redis

from data.database import Database
from data.redis.connection import open_redis
from sandbox.telegram import Limits, TelegramSandbox
from tests.effort import TORTURE
from tests.faults.crowd import Crowd, Kill, charge, in_flight, table
from tests.faults.lives import Lives, open_lives
from tests.faults.points import WORKER

ROUNDS = 160 if TORTURE else 2
"""Each kills once at every point: 26 kills, and 2,080 under torture."""
CHATS = 96
AT_A_TIME = 12
"""Alerts that are written before each kill: more than a worker sends at once."""
SIGKILL = -9


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    opened = open_redis(redis_url)
    yield opened
    await opened.aclose()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox(limits=Limits.none()) as running:
        yield running


@pytest.fixture
async def crowd(telegram: TelegramSandbox, migrated_postgres: str) -> AsyncIterator[Crowd]:
    database = Database(migrated_postgres)
    yield Crowd(telegram, database)
    await database.close()


@pytest.fixture
async def lives(
    telegram: TelegramSandbox, migrated_postgres: str, redis_url: str, tmp_path: Path
) -> AsyncIterator[Lives]:
    settings = {
        "bot_token": telegram.token,
        "telegram_api_url": telegram.url,
        "database_url": migrated_postgres,
        "redis_url": redis_url,
        "chat_lease_for": 2,
        "send_lease_for": 2,
        "backoff_first": 0.1,
        "backoff_longest": 0.5,
        # the test is not about them
        "rate_bot_per_second": 1_000,
        "rate_chat_per_second": 100,
        "rate_chat_burst": 100,
    }
    async with open_lives("worker", settings, tmp_path / "workers.log") as opened:
        yield opened


async def test_a_worker_killed_at_any_point_loses_nothing(
    crowd: Crowd, lives: Lives, redis: Redis, telegram: TelegramSandbox
) -> None:
    random = Random(20261121)
    kills: list[Kill] = []
    await crowd.settle(CHATS)

    for point in itertools.chain.from_iterable([WORKER] * ROUNDS):
        await crowd.write(AT_A_TIME)
        before = len(telegram.calls("sendMessage"))
        life = await lives.begin(point, times=random.randint(1, 5))
        assert await life.end() == SIGKILL
        sends = len(telegram.calls("sendMessage")) - before
        kills.append(Kill(point, await in_flight(redis, life.owner), sends))
    last = await lives.begin()
    await crowd.all_sent()
    assert await last.stop() == 0

    unexplained = charge(kills, crowd)
    print("\n" + table(kills, len(crowd.lost())))
    assert crowd.lost() == set()
    assert unexplained == []
    assert crowd.out_of_order() == []
