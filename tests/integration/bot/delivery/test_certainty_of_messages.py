"""A message in a private chat says when what it tells is safe, and when it is final."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery import RateLimiter
from bot.delivery.backoff import Backoff
from bot.delivery.confirmations import AT_ONCE, Confirmations
from bot.delivery.means import Means
from data.model import Certainty, ChatKind, Priority
from data.redis.claims import Claims
from data.tables import chat_queues, messages
from tests.integration.bot.delivery.running import delivering, until

FIRST = 20_000_001
"""The block of an outbox's first alert; each further one is a block higher."""


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    monkeypatch.setattr("bot.delivery.confirmations.POLL_SECONDS", 0.2)


@pytest.fixture
def means(bot, database, redis, settings):
    return bot, database, redis, settings


@pytest.fixture
async def ada(telegram, outbox) -> int:
    user = telegram.create_user("Ada")
    telegram.create_private_chat(user.id)
    await outbox.chat(user.id)
    return user.id


async def test_a_message_says_when_its_block_is_safe_and_when_it_is_final(
    telegram, outbox, means, ada
):
    alert = await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: all_told(outbox, ada))
        assert "✓" not in message.text
        # when
        await outbox.settle(safe=FIRST)
        # then
        await telegram.wait_for_messages(ada, containing="✓ confirmed", timeout=30)
        await until(lambda: says(outbox, alert, Certainty.CONFIRMED))
        # when
        await outbox.settle(safe=FIRST + 9, finalized=FIRST)
        # then
        (message,) = await telegram.wait_for_messages(ada, containing="✓✓ final", timeout=30)
        await until(lambda: says(outbox, alert, Certainty.FINALIZED))
    assert "confirmed" not in message.text
    assert len(telegram.calls("editMessageText")) == 2


async def test_levels_that_come_at_once_are_one_edit_and_what_is_safe_when_sent_is_none(
    telegram, outbox, means, ada
):
    watch = await outbox.watch(ada)
    await outbox.alert(watch)
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: all_told(outbox, ada))
        await outbox.settle(safe=FIRST + 5, finalized=FIRST + 5)
        await telegram.wait_for_messages(ada, containing="✓✓ final", timeout=30)
        assert len(telegram.calls("editMessageText")) == 1
        # when one comes late
        alert = await outbox.alert(watch)
        _, late = await telegram.wait_for_messages(ada, 2)
        await until(lambda: all_told(outbox, ada))
        await until(lambda: says(outbox, alert, Certainty.FINALIZED))
    # then
    assert "✓✓ final" in late.text
    assert len(telegram.calls("editMessageText")) == 1


async def test_a_list_says_it_when_all_of_it_is_safe(telegram, outbox, means, ada):
    watch = await outbox.watch(ada)
    for _ in range(12):
        last = await outbox.alert(watch)
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: all_told(outbox, ada))
        # when all but the last are
        await outbox.settle(safe=FIRST + 10)
        await until(lambda: nothing_is_queued(outbox))
        assert (await outbox.message(last)).certainty is Certainty.SEEN
        # and when all are
        await outbox.settle(safe=FIRST + 11)
        # then
        (message,) = await telegram.wait_for_messages(
            ada, containing="✓ confirmed, all of them", timeout=30
        )
    assert message.text.startswith("🐋 12 alerts")


async def test_groups_and_old_messages_are_left_alone(telegram, outbox, means, ada, database):
    # given one in a group, one that is old, and one that can be told
    owner = telegram.create_user("Owner").id
    group = telegram.create_group("Whales", (owner,))
    await outbox.chat(group.id, ChatKind.GROUP)
    theirs = await outbox.alert(await outbox.watch(group.id))
    watch = await outbox.watch(ada)
    old = await outbox.alert(watch)
    async with delivering(*means):
        await until(lambda: all_told(outbox, ada))
        await until(lambda: all_told(outbox, group.id))
        await age(database, timedelta(minutes=11))
        new = await outbox.alert(watch)
        await until(lambda: all_told(outbox, ada))
        # when
        await outbox.settle(safe=FIRST + 9)
        await until(lambda: says(outbox, new, Certainty.CONFIRMED))
        await until(lambda: nothing_is_queued(outbox))
    # then
    assert (await outbox.message(old)).certainty is Certainty.SEEN
    assert (await outbox.message(theirs)).certainty is Certainty.SEEN
    assert len(telegram.calls("editMessageText")) == 1


async def test_what_was_confirmed_and_goes_all_the_same_says_that_it_is_taken_back(
    telegram, outbox, means, ada
):
    alert = await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        await until(lambda: all_told(outbox, ada))
        await outbox.settle(safe=FIRST)
        await telegram.wait_for_messages(ada, containing="✓ confirmed", timeout=30)
        await until(lambda: says(outbox, alert, Certainty.CONFIRMED))
        # when
        await outbox.retract(alert)
        # then
        (message,) = await telegram.wait_for_messages(ada, containing="Taken back")
        await until(lambda: says(outbox, alert, Certainty.SEEN))
    assert "confirmed" not in message.text


async def age(database, by: timedelta) -> None:
    async with database.write() as connection:
        for row in (await connection.execute(messages.select())).all():
            older = update(messages).where(messages.c.id == row.id)
            await connection.execute(older.values(sent_at=row.sent_at - by))


async def all_told(outbox, chat_id: int) -> bool:
    states = await outbox.states(chat_id)
    return bool(states) and all(state == "sent" for state, _ in states)


async def says(outbox, alert, certainty: Certainty) -> bool:
    return (await outbox.message(alert)).certainty is certainty


async def nothing_is_queued(outbox) -> bool:
    async with outbox.database.read() as connection:
        return (await connection.execute(chat_queues.select())).first() is None


async def test_chats_are_queued_a_few_at_once_and_only_while_nobody_else_waits(
    telegram, outbox, means, database
):
    # given ten chats that were told of what has become safe
    bot, _, redis, settings = means
    people = [telegram.create_user(f"P{number}").id for number in range(10)]
    for person in people:
        telegram.create_private_chat(person)
        await outbox.chat(person)
        await outbox.alert(await outbox.watch(person))
    async with delivering(*means):
        for person in people:
            await until(lambda person=person: all_told(outbox, person))
        await until(lambda: nothing_is_queued(outbox))
    await outbox.settle(safe=FIRST + 9)
    confirmations = Confirmations(means_of(bot, database, redis, settings), redis)
    # when somebody else waits
    await outbox.alert(await outbox.watch(people[0]))
    await confirmations.go()
    # then nobody is queued for that
    assert await queued(database) == {people[0]: Priority.WATCH}
    # when nobody does
    async with database.write() as connection:
        await connection.execute(chat_queues.delete())
    await confirmations.go()
    # then a few are, with the least priority
    found = await queued(database)
    assert list(found.values()) == [Priority.CONFIRMATION] * AT_ONCE
    # and no more before those are done
    await confirmations.go()
    assert await queued(database) == found


def means_of(bot, database, redis, settings) -> Means:
    return Means(
        bot=bot,
        database=database,
        limiter=RateLimiter(redis, settings),
        claims=Claims(redis, "one", timedelta(seconds=1)),
        backoff=Backoff(1, 1),
        chains=settings.known_chains,
        labels=settings.labels,
        lease_for=timedelta(seconds=2),
        stopping=asyncio.Event(),
        crowded=lambda: False,
        digest_after=timedelta(hours=6),
        paid=False,
        listeners=(),
    )


async def queued(database) -> dict[int, Priority]:
    async with database.read() as connection:
        rows = await connection.execute(chat_queues.select())
        return {row.chat_id: Priority(row.priority) for row in rows}
