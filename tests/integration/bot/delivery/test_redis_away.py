"""The database or Redis goes away and comes back while alerts wait."""

from __future__ import annotations

import asyncio

from redis.exceptions import ConnectionError as RedisConnectionError

from bot.delivery.events import EventKind
from data.queries import queues
from data.redis.claims import Claims
from tests.integration.bot.delivery.running import delivering, until


async def test_delivery_waits_says_so_once_and_goes_on_by_itself(
    telegram, outbox, bot, database, redis, settings, monkeypatch
):
    # given a database that cannot be asked for chats
    chat_id = telegram.create_user("Ada").id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id)
    watch = await outbox.watch(chat_id)

    async def away(*_args, **_options):
        raise ConnectionError("away")

    asked = queues.lease
    monkeypatch.setattr(queues, "lease", away)
    async with delivering(bot, database, redis, settings) as told:
        await outbox.alert(watch)
        await until(lambda: stalled(told))
        for _ in range(20):
            await asyncio.sleep(0)
        # when
        monkeypatch.setattr(queues, "lease", asked)
        # then
        await telegram.wait_for_messages(chat_id)
    assert told.count(EventKind.STALLED) == 1
    assert told.count(EventKind.RESUMED) == 1


async def test_a_send_that_only_the_database_could_note_is_not_repeated(
    telegram, outbox, bot, database, redis, settings, monkeypatch
):
    # given a Redis that goes away between the claim and Telegram's answer
    chat_id = telegram.create_user("Ada").id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id)
    await outbox.alert(await outbox.watch(chat_id))

    async def away(*_args):
        raise RedisConnectionError("away")

    monkeypatch.setattr(Claims, "sent", away)
    async with delivering(bot, database, redis, settings) as told:
        await telegram.wait_for_messages(chat_id)
        await until(lambda: no_pending(outbox, chat_id))
    assert len(telegram.bot_messages(chat_id)) == 1
    assert told.count(EventKind.REPEATED) == 0


async def stalled(told) -> bool:
    return told.count(EventKind.STALLED) > 0


async def no_pending(outbox, chat_id: int) -> bool:
    return all(state != "pending" for state, _ in await outbox.states(chat_id))
