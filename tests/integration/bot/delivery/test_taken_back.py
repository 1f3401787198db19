"""A reorg takes alerts back: their messages say so, and an answer does if they were large."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.events import EventKind
from data.model import ChatKind
from data.queries import chats
from data.tables import chat_queues
from tests.integration.bot.delivery.running import delivering, until

LARGE, SMALL = 5_000, 100
"""Ether: 12.5 million dollars, and 250 thousand at a threshold of 100 thousand."""


@pytest.fixture
def means(bot, database, redis, settings):
    return bot, database, redis, settings


@pytest.fixture
async def ada(telegram, outbox) -> int:
    user = telegram.create_user("Ada")
    telegram.create_private_chat(user.id)
    await outbox.chat(user.id)
    return user.id


@pytest.fixture
async def group(telegram, outbox) -> int:
    group = telegram.create_supergroup("Whales", (telegram.create_user("Owner").id,))
    await outbox.chat(group.id, ChatKind.SUPERGROUP)
    return group.id


@pytest.mark.parametrize("place", ["ada", "group"])
async def test_a_large_alert_that_is_taken_back_is_answered_once_for_all_times(
    telegram, outbox, means, ada, group, place
):
    chat = {"ada": ada, "group": group}[place]
    alert = await outbox.alert(await outbox.watch(chat), LARGE)
    async with delivering(*means) as told:
        await until(lambda: all_told(outbox, chat))
        # when
        await outbox.retract(alert)
        # then
        message, answer = await telegram.wait_for_messages(chat, 2)
        assert answer.reply_to == message.message_id
        assert answer.text.startswith("↩️ Taken back: Received 5,000 ETH · $12.5M")
        await telegram.wait_for_messages(chat, containing="Taken back by a reorg")
        assert (await outbox.alerts(chat))[0].answered_at is not None
        # when it comes and goes again
        await outbox.bring_back(alert)
        await until(lambda: edited(told, 2))
        await outbox.retract(alert)
        await until(lambda: edited(told, 3))
    # then
    assert len(telegram.bot_messages(chat)) == 2
    assert told.count(EventKind.ANSWERED) == 1


async def test_a_small_one_is_struck_through_and_no_more(telegram, outbox, means, ada):
    alert = await outbox.alert(await outbox.watch(ada), SMALL)
    async with delivering(*means) as told:
        await until(lambda: all_told(outbox, ada))
        await outbox.retract(alert)
        await until(lambda: edited(told, 1))
    (message,) = telegram.bot_messages(ada)
    assert "Taken back" in message.text


async def test_who_has_muted_the_bot_is_not_woken_by_an_answer(
    telegram, outbox, means, ada, database
):
    alert = await outbox.alert(await outbox.watch(ada), LARGE)
    async with delivering(*means) as told:
        await until(lambda: all_told(outbox, ada))
        async with database.write() as connection:
            await chats.mute(connection, ada, datetime.now(UTC) + timedelta(hours=1))
        await outbox.retract(alert)
        await until(lambda: edited(told, 1))
    (message,) = telegram.bot_messages(ada)
    assert "Taken back" in message.text


async def test_one_answer_tells_of_all_that_a_reorg_took_from_lists_and_single_messages(
    telegram, outbox, means, ada
):
    # given a list of twelve, and two messages of their own
    watch = await outbox.watch(ada)
    for _ in range(12):
        await outbox.alert(watch, SMALL)
    async with delivering(*means):
        await until(lambda: all_told(outbox, ada))
        await outbox.alert(watch, LARGE)
        await until(lambda: all_told(outbox, ada))
        await outbox.alert(watch, 2 * LARGE)
        await until(lambda: all_told(outbox, ada))
    # when all are taken back at once
    await outbox.retract(*await outbox.alerts(ada))
    async with delivering(*means) as told:
        await until(lambda: edited(told, 3))
    # then
    listed, _, largest, answer = telegram.bot_messages(ada)
    assert answer.reply_to == largest.message_id
    assert "14 alerts taken back, the largest: Received 10,000 ETH" in answer.text
    assert "Struck through: taken back" in listed.text
    assert {alert.answered_at is not None for alert in await outbox.alerts(ada)} == {True}


async def test_a_list_strikes_through_what_is_gone_and_restores_what_came_back(
    telegram, outbox, means, ada
):
    watch = await outbox.watch(ada)
    for ether in range(101, 113):
        await outbox.alert(watch, ether)
    async with delivering(*means) as told:
        await until(lambda: all_told(outbox, ada))
        first = (await outbox.alerts(ada))[0]
        # when
        await outbox.retract(first)
        (message,) = await telegram.wait_for_messages(ada, containing="Struck through")
        # then
        struck = [one for one in message.entities if one.type == "strikethrough"]
        assert len(struck) == 2  # the line, and the word that explains it
        # when it comes back with another amount
        await outbox.bring_back_as(first, 333)
        (message,) = await telegram.wait_for_messages(ada, containing="333 ETH")
        await until(lambda: edited(told, 2))
    # then
    assert not any(one.type == "strikethrough" for one in message.entities)
    assert "101 ETH" not in message.text


async def test_a_deleted_message_is_neither_edited_again_nor_answered(
    telegram, outbox, means, ada, bot
):
    # given a message that somebody deleted, which told of much
    alert = await outbox.alert(await outbox.watch(ada), LARGE)
    async with delivering(*means) as told:
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: all_told(outbox, ada))
        await bot.delete_message(ada, message.message_id)
        # when
        await outbox.retract(alert)
        await until(lambda: has(told, EventKind.GONE))
        # and when it comes and goes again
        await outbox.bring_back(alert)
        await outbox.retract(alert)
    # then
    assert telegram.bot_messages(ada) == []
    assert telegram.calls("editMessageText") == []
    assert (await outbox.message(alert)).gone
    async with delivering(*means):
        await until(lambda: nothing_is_queued(outbox))
    assert telegram.calls("editMessageText") == []


async def test_amounts_that_changed_while_the_message_was_on_its_way_are_edited(
    telegram, outbox, means, ada
):
    # given a send that Telegram holds
    alert = await outbox.alert(await outbox.watch(ada), SMALL)
    telegram.hold("sendMessage")
    async with delivering(*means):
        await telegram.wait_for_held()
        # when a reorg brings the transaction back with another amount, and the send ends
        await outbox.bring_back_as(alert, 222)
        telegram.release()
        # then
        await telegram.wait_for_messages(ada, containing="Received 222 ETH")


async def test_an_answer_that_may_have_arrived_is_repeated_and_says_so(
    telegram, outbox, means, ada
):
    alert = await outbox.alert(await outbox.watch(ada), LARGE)
    async with delivering(*means) as told:
        await until(lambda: all_told(outbox, ada))
        telegram.cut_after("sendMessage")
        await outbox.retract(alert)
        await until(lambda: edited(told, 1))
    _, first, second = telegram.bot_messages(ada)
    assert "Possible repeat" not in first.text
    assert "Possible repeat" in second.text


async def test_an_answer_to_a_topic_that_is_closed_goes_to_the_general_one(telegram, outbox, means):
    forum = telegram.create_supergroup(
        "Forum", (telegram.create_user("Owner").id,), topics=("Whales",)
    )
    (topic,) = forum.topics
    await outbox.chat(forum.id, ChatKind.SUPERGROUP)
    alert = await outbox.alert(await outbox.watch(forum.id, topic_id=topic), LARGE)
    async with delivering(*means):
        await until(lambda: all_told(outbox, forum.id))
        telegram.close_topic(forum.id, topic)
        await outbox.retract(alert)
        _, answer = await telegram.wait_for_messages(forum.id, 2)
    assert (answer.topic_id, answer.reply_to) == (None, None)
    assert answer.text.startswith("↩️ Taken back: Received 5,000 ETH")


async def all_told(outbox, chat_id: int) -> bool:
    states = await outbox.states(chat_id)
    return bool(states) and all(state == "sent" for state, _ in states)


async def edited(told, times: int) -> bool:
    return told.count(EventKind.EDITED) >= times


async def has(told, kind: EventKind) -> bool:
    return told.count(kind) > 0


async def nothing_is_queued(outbox) -> bool:
    async with outbox.database.read() as connection:
        return (await connection.execute(chat_queues.select())).first() is None
