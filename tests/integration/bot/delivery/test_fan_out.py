"""One event for very many chats does not stand in the way of what concerns one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from aiogram import Bot
from redis.asyncio import Redis

from data.database import Database
from data.model import (
    BlockRef,
    ChatKind,
    ChatState,
    Direction,
    Interest,
    Leg,
    Movement,
    MovementKind,
    Price,
    Shown,
)
from data.queries import alerts, movements
from data.queries.bulk import insert_all
from data.settings import load_settings
from data.tables import chats, watches
from sandbox.telegram import TelegramSandbox
from tests.integration.bot.delivery.outbox import WALLET, Outbox
from tests.integration.bot.delivery.running import delivering, until

FEEDS = range(1_000, 4_000)
OWN = 7
IN_FLIGHT = 100
"""More messages than can be on their way when an alert is written, and far fewer than there are."""


async def an_event_for_all_feeds(database: Database) -> int:
    """A feed for each of very many chats, and a movement that all of them are to be told of."""
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=1)
    price = Price(Decimal(1), "chainlink", now)
    legs = (Leg(None, "ETH", 18, 10**24, price),)
    block = BlockRef("ethereum", 19_000_000, bytes(32), bytes(32), now)
    event = Movement(
        block, b"\xfe" * 32, 0, WALLET, MovementKind.RECEIVE, legs, counterparty=None, signed=False
    )
    async with database.write() as connection:
        their_chats = [
            {
                "id": chat,
                "kind": ChatKind.PRIVATE,
                "state": ChatState.ACTIVE,
                "default_threshold_usd": Decimal(100_000),
                "created_at": long_ago,
            }
            for chat in FEEDS
        ]
        their_feeds = [
            {
                "chat_id": chat,
                "number": 1,
                "topic_id": 0,
                "direction": Direction.BOTH,
                "created_at": long_ago,
            }
            for chat in FEEDS
        ]
        await insert_all(connection, chats, their_chats)
        await insert_all(connection, watches, their_feeds)
        (stored,) = await movements.store(connection, [event])
        await alerts.write_for_feeds(connection, Shown(stored, Interest.TRANSFER, now), now)
        assert stored.id is not None
        return await alerts.enqueue(connection, alerts.Touched(written=frozenset([stored.id])))


async def test_an_alert_for_a_chats_own_watch_overtakes_a_feed_that_drains(
    telegram: TelegramSandbox,
    bot: Bot,
    database: Database,
    redis: Redis,
    outbox: Outbox,
) -> None:
    settings = load_settings(_env_file=None)
    for chat in (OWN, *FEEDS):
        telegram.create_user("Ada", user_id=chat)
        telegram.create_private_chat(chat)
    await outbox.chat(OWN)
    watch = await outbox.watch(OWN)
    assert await an_event_for_all_feeds(database) == len(FEEDS)

    def sent() -> list[int]:
        calls = telegram.world.calls.log
        return [int(call.parameters["chat_id"]) for call in calls if call.method == "sendMessage"]

    async def some_are_sent() -> bool:
        return len(sent()) >= 10

    async def own_is_sent() -> bool:
        return OWN in sent()

    async with delivering(bot, database, redis, settings):
        await until(some_are_sent)
        await outbox.alert(watch)
        before = len(sent())
        await until(own_is_sent)

    assert sent().index(OWN) - before < IN_FLIGHT
    async with database.read() as connection:
        waiting, _ = await alerts.oldest_pending(connection)
    assert waiting > len(FEEDS) - before - 2 * IN_FLIGHT
