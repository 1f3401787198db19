"""Redis is really stopped: each worker takes its share, and nothing is said twice."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.delivery.events import EventKind
from data.model import ChatKind
from data.queries import workers
from data.redis.connection import open_redis
from data.redis_server import RedisServer
from data.settings import Settings
from tests.integration.bot.delivery.running import delivering, until

RATE = 6


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None, rate_bot_per_second=RATE)


@pytest.fixture
async def server(tmp_path):
    """A server of its own, to be stopped."""
    running = RedisServer(tmp_path)
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.stop)


async def a_reader(telegram, outbox, name: str):
    chat_id = telegram.create_user(name).id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id, ChatKind.PRIVATE)
    return await outbox.watch(chat_id)


async def test_two_workers_share_the_rate_and_say_so(
    telegram, outbox, bot, database, settings, server
):
    # given two workers that know of each other
    readers = [await a_reader(telegram, outbox, f"Reader {n}") for n in range(18)]
    one, other = open_redis(server.url), open_redis(server.url)
    async with (
        delivering(bot, database, one, settings) as told,
        delivering(bot, database, other, settings) as also_told,
    ):
        await until(lambda: two_present(database))
        # when Redis is stopped and alerts are written
        await asyncio.to_thread(server.stop)
        for reader in readers:
            await outbox.alert(reader)
        await until(lambda: all_sent(outbox, readers), timeout=50)
        # then both say it
        await until(lambda: both_alone(told, also_told))
    # each got one message, and nobody was asked to wait
    sends = [call for call in telegram.calls("sendMessage") if call.accepted]
    assert len(sends) == len({call.parameters["chat_id"] for call in sends}) == len(readers)
    # and together they kept to the rate
    moments = sorted(call.date for call in sends)
    most = max(sum(0 <= later - moment < 1 for later in moments) for moment in moments)
    # a slow machine may see them in bunches; each by itself would have sent twice as much
    assert most < 2 * RATE
    for redis in (one, other):
        await redis.aclose()


async def test_when_redis_is_back_delivery_says_so_and_goes_on(
    telegram, outbox, bot, database, settings, server
):
    # given
    reader = await a_reader(telegram, outbox, "Ada")
    redis = open_redis(server.url)
    async with delivering(bot, database, redis, settings) as told:
        await until(lambda: noted(told, EventKind.SENT, 0))
        await asyncio.to_thread(server.stop)
        await outbox.alert(reader)
        await until(lambda: all_sent(outbox, [reader]))
        await until(lambda: noted(told, EventKind.ALONE))
        # when
        await asyncio.to_thread(server.start)
        await until(lambda: noted(told, EventKind.TOGETHER))
        await outbox.alert(reader)
        await until(lambda: all_sent(outbox, [reader]))
    # then
    assert len(telegram.bot_messages(reader.chat_id)) == 2
    assert told.count(EventKind.REPEATED) == 0
    await redis.aclose()


async def two_present(database) -> bool:
    async with database.read() as connection:
        return await workers.present(connection) == 2


async def all_sent(outbox, readers) -> bool:
    states = itertools.chain(*[await outbox.states(reader.chat_id) for reader in readers])
    return all(state == "sent" for state, _ in states)


async def both_alone(*told) -> bool:
    return all(one.count(EventKind.ALONE) == 1 for one in told)


async def noted(told, kind, least: int = 1) -> bool:
    return told.count(kind) >= least
