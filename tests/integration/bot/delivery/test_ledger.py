"""How delivery stands is written down by the loop that does the work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.ledger import MOST_REASONS, OTHER, Ledger
from data.model import ChatState
from data.queries import chats
from data.redis import tallies
from data.redis.published import delivery_status
from tests.integration.bot.delivery.running import delivering, until

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def ledger(database, redis) -> Ledger:
    return Ledger(database, redis, lambda: NOW)


async def test_a_running_delivery_publishes_its_round_and_what_it_did(
    telegram, outbox, bot, database, redis, settings
):
    ada = telegram.create_user("Ada").id
    telegram.create_private_chat(ada)
    await outbox.chat(ada)
    await outbox.alert(await outbox.watch(ada))
    before = datetime.now(UTC)
    async with delivering(bot, database, redis, settings):
        await until(lambda: published(redis))
    status = await delivery_status(redis)
    assert status.written_at >= before
    assert status.chats == {"active": 1}


async def test_a_loop_that_makes_no_round_publishes_nothing_new(ledger, redis):
    await ledger.write()
    assert await delivery_status(redis) is None
    ledger.round_made()
    await ledger.write()
    assert (await delivery_status(redis)).written_at == NOW


async def test_what_waits_and_whom_it_is_for_is_counted(ledger, redis, outbox, database):
    for chat in (1, 2):
        await outbox.chat(chat)
        await outbox.alert(await outbox.watch(chat))
    async with database.write() as connection:
        await chats.set_state(connection, 2, ChatState.BLOCKED, "Forbidden")
    ledger.round_made()
    await ledger.write()
    status = await delivery_status(redis)
    assert (status.pending, status.chats_waiting) == (2, 2)
    assert status.pending_since == (await outbox.alerts(1))[0].created_at
    assert status.chats == {"active": 1, "blocked": 1}


async def test_counts_of_all_processes_add_up_with_their_reasons(ledger, database, redis):
    other = Ledger(database, redis, lambda: NOW)
    for one in (ledger, other):
        one.round_made()
        one(DeliveryEvent(EventKind.SENT, 1, 3))
        one(DeliveryEvent(EventKind.DROPPED, 1, 2, "muted"))
        one(DeliveryEvent(EventKind.EDITED, 1))
        await one.write()
    status = await delivery_status(redis)
    assert status.last_hour == {"sent": 6, "dropped": 4, "dropped: muted": 4, "edited": 2}
    assert status.reasons("dropped") == [("muted", 4)]


async def test_the_last_hour_ends_before_the_last_day(redis):
    for hours in (0, 2, 30):
        await tallies.add(redis, {"sent": 1}, NOW - timedelta(hours=hours))
    hour, day = await tallies.read(redis, NOW, timedelta(hours=1), timedelta(days=1))
    assert (hour, day) == ({"sent": 1}, {"sent": 2})


async def test_however_many_reasons_there_are_few_are_kept(ledger, redis):
    for number in range(MOST_REASONS + 30):
        ledger(DeliveryEvent(EventKind.FAILED, 1, 0, f"reason {number}"))
    ledger.round_made()
    await ledger.write()
    found = (await delivery_status(redis)).reasons("failed")
    assert len(found) == MOST_REASONS + 1
    assert found[0] == (OTHER, 30)


async def published(redis) -> bool:
    status = await delivery_status(redis)
    return status is not None
