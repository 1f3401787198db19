"""Workers, Valkey and PostgreSQL killed at random instants while alerts are sent: nothing is lost,
and only what a worker had on its way may come again, with a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import pytest

from data.database import Database
from data.migrate import migrate
from data.redis.connection import open_redis
from data.redis_server import RedisServer
from sandbox.telegram import TelegramSandbox
from tests.effort import TORTURE
from tests.faults.crowd import (
    Crowd,
    Kill,
    charge,
    in_flight,
    in_flight_without_redis,
    table,
)
from tests.faults.lives import DEADLINE, Life, Lives, open_lives, worker_settings
from tests.servers.postgres import MortalPostgres
from tests.warm.process import Warm

ROUNDS = 100 if TORTURE else 2
"""Each kills a worker, Valkey and PostgreSQL, in any order: 6 kills, and 300 under torture."""
CHATS = 60
AT_A_TIME = 20
"""Alerts that are written before each kill."""
WORKERS = 2


@dataclass(slots=True)
class Ground:
    """Servers that nobody else needs, and the workers on them."""

    telegram: TelegramSandbox
    postgres: MortalPostgres
    valkey: RedisServer
    crowd: Crowd
    lives: Lives
    thread: ThreadPoolExecutor

    async def apart(self, work: Callable[[], object]) -> None:
        """Do what takes its time while Telegram goes on; in one thread, with which the servers that
        it starts would end."""
        await asyncio.get_running_loop().run_in_executor(self.thread, work)


@pytest.fixture
async def ground(telegram: TelegramSandbox, tmp_path: Path, warm: Warm) -> AsyncIterator[Ground]:
    postgres = MortalPostgres()
    thread = ThreadPoolExecutor(1)
    try:
        url = postgres.create_database()
        database = Database(url)
        await migrate(database)
        with RedisServer(tmp_path / "valkey") as valkey:
            # longer than a busy machine keeps a living worker waiting: to outlive its lease is
            # no kill, and what another repeats of it would have no reason here
            leases = {"chat_lease_for": 6, "send_lease_for": 6}
            settings = worker_settings(telegram, url, valkey.url) | leases
            async with open_lives("worker", settings, tmp_path / "workers.log", warm) as lives:
                yield Ground(telegram, postgres, valkey, Crowd(telegram, database), lives, thread)
        await database.close()
    finally:
        postgres.remove()
        thread.shutdown()


async def test_whatever_dies_nothing_is_lost(ground: Ground) -> None:
    random = Random(20261121)
    kills: list[Kill] = []
    crowd, lives = ground.crowd, ground.lives
    await crowd.settle(CHATS)
    workers = [await lives.begin() for _ in range(WORKERS)]

    for _ in range(ROUNDS):
        for victim in random.sample(["worker", "Valkey", "PostgreSQL"], 3):
            before = len(ground.telegram.calls("sendMessage"))
            await crowd.write(AT_A_TIME)
            some = before + random.randint(1, AT_A_TIME // 2)
            await ground.telegram.wait_for_calls("sendMessage", some, DEADLINE)
            on_their_way = await _kill(victim, ground, workers)
            if victim == "worker":
                workers.append(await lives.begin())
            sends = len(ground.telegram.calls("sendMessage")) - before
            kills.append(Kill(victim, on_their_way, sends))
            if victim == "worker":
                # what it had claimed stands in Redis alone: that must not go before it was settled
                await crowd.all_sent()
    await crowd.all_sent()
    for worker in workers:
        assert await worker.stop() == 0

    unexplained = charge(kills, crowd, lives.unknown)
    print("\n" + table(kills, len(crowd.lost())))
    assert crowd.lost() == set()
    assert unexplained == []


async def _kill(victim: str, ground: Ground, workers: list[Life]) -> frozenset[int]:
    """Returns when it is back; what only the dead knew how it ended."""
    if victim == "PostgreSQL":
        await ground.apart(ground.postgres.kill)
        await asyncio.sleep(0.2)
        await ground.apart(ground.postgres.start)
        return frozenset()
    if victim == "Valkey":
        await ground.apart(partial(ground.valkey.stop, grace=0))
        await asyncio.sleep(0.2)
        await ground.apart(ground.valkey.start)
        return frozenset()
    dead = workers.pop(0)
    dead.kill()
    await dead.end()
    redis = open_redis(ground.valkey.url)
    try:
        elsewhere = await in_flight_without_redis(ground.crowd.database, dead.owner)
        return await in_flight(redis, dead.owner) | elsewhere
    finally:
        await redis.aclose()
