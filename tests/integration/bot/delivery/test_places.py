"""Chats that move, fall silent, or lose a topic: watches are kept, and no alert is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.delivery.events import EventKind
from bot.texts.groups import TOPIC_LOST
from data.model import ChatKind
from data.queries import chats, moving, watches
from data.tables import chat_queues
from tests.integration.bot.delivery.running import delivering, until


@pytest.fixture
def means(bot, database, redis, settings):
    return bot, database, redis, settings


@pytest.fixture
def owner(telegram) -> int:
    return telegram.create_user("Owner").id


async def test_a_group_that_became_a_supergroup_is_followed_there_and_nothing_is_lost(
    telegram, outbox, means, owner, database
):
    # given a group of which the bot only learns from the send that it moved
    group = telegram.create_group("Whales", (owner,))
    await outbox.chat(group.id, ChatKind.GROUP)
    watch = await outbox.watch(group.id)
    await outbox.alert(watch)
    supergroup = telegram.migrate(group.id)
    # when
    async with delivering(*means) as told:
        (message,) = await telegram.wait_for_messages(supergroup.id)
        await until(lambda: all_sent(outbox, supergroup.id))
        # and what the watcher writes with watches that it had read before arrives there, too
        await outbox.alert(watch, ether=70)
        await telegram.wait_for_messages(supergroup.id, 2)
        await until(lambda: all_sent(outbox, supergroup.id))
    # then
    assert "Received 100 ETH" in message.text
    assert await outbox.chat_state(group.id) == (
        "moved", f"it became the supergroup {supergroup.id}",
    )  # fmt: skip
    assert (await outbox.chat_state(supergroup.id))[0] == "active"
    assert await outbox.states(group.id) == []
    assert await outbox.states(supergroup.id) == [("sent", None)] * 2
    assert told.count(EventKind.MOVED) == 2
    async with database.read() as connection:
        (moved,) = await watches.of_chat(connection, supergroup.id)
        assert await watches.of_chat(connection, group.id) == []
    assert (moved.id, moved.label) == (watch.id, watch.label)


async def test_moving_takes_the_settings_along_and_joins_what_is_there_already(outbox, database):
    # given a supergroup that was met, and given a watch, before anybody said that it is the group
    await outbox.chat(-5, ChatKind.GROUP)
    await outbox.chat(-100, ChatKind.SUPERGROUP)
    theirs, ours = await outbox.watch(-100, "theirs"), await outbox.watch(-5, "ours")
    both = await outbox.alert(ours)
    async with database.write() as connection:
        await chats.set_default_threshold(connection, -5, Decimal(777))
    # when it is told twice
    for _ in range(2):
        async with database.write() as connection:
            await moving.move(connection, -5, -100)
    # then
    async with database.read() as connection:
        moved = await watches.of_chat(connection, -100)
        chat = await chats.get(connection, -100)
    assert [(one.id, one.number) for one in moved] == [(theirs.id, 1), (ours.id, 2)]
    assert chat.default_threshold_usd == 777
    assert [alert.id for alert in await outbox.alerts(-100)] == [both.id]


async def test_a_topic_that_is_closed_falls_back_to_the_general_one_and_says_so_once(
    telegram, outbox, means, owner, database
):
    # given
    forum = telegram.create_supergroup("Forum", (owner,), topics=("Whales",))
    (topic,) = forum.topics
    await outbox.chat(forum.id, ChatKind.SUPERGROUP)
    watch = await outbox.watch(forum.id, topic_id=topic)
    telegram.close_topic(forum.id, topic)
    await outbox.alert(watch)
    await outbox.alert(watch)
    # when
    async with delivering(*means):
        notice, *messages = await telegram.wait_for_messages(forum.id, 3)
        await until(lambda: all_sent(outbox, forum.id))
    # then
    assert notice.text == TOPIC_LOST
    assert [message.topic_id for message in (notice, *messages)] == [None] * 3
    assert await outbox.states(forum.id) == [("sent", None)] * 2
    async with database.read() as connection:
        (moved,) = await watches.of_chat(connection, forum.id)
        chat = await chats.get(connection, forum.id)
    assert (moved.topic_id, chat.notice) == (0, None)


async def test_what_is_told_in_the_general_topic_already_is_not_told_there_again(outbox, database):
    await outbox.chat(-100, ChatKind.SUPERGROUP)
    there, here = await outbox.watch(-100, topic_id=9), await outbox.watch(-100, topic_id=0)
    await outbox.alert(here)
    await outbox.same_alert(there)
    async with database.write() as connection:
        await moving.to_general_topic(connection, -100, 9)
    assert await outbox.states(-100) == [("pending", None), ("dropped", moving.TOLD_THERE)]


@pytest.mark.parametrize(
    ("status", "state"),
    [("kicked", "kicked"), ("left", "left"), ("restricted", "silenced"), ("member", "silenced")],
)
async def test_a_channel_that_does_not_let_the_bot_write_rests_with_its_watches(
    telegram, outbox, means, owner, database, status, state
):
    channel = telegram.create_channel("Feed", members=(owner,))
    await outbox.chat(channel.id, ChatKind.CHANNEL)
    await outbox.alert(await outbox.watch(channel.id))
    telegram.set_bot_status(channel.id, status)
    async with delivering(*means):
        await until(lambda: dropped(outbox, channel.id))
    assert (await outbox.chat_state(channel.id))[0] == state
    async with database.read() as connection:
        assert len(await watches.of_chat(connection, channel.id)) == 1


async def test_a_deactivated_account_is_told_apart_from_a_block(telegram, outbox, means):
    user = telegram.create_user("Ada")
    telegram.create_private_chat(user.id)
    await outbox.chat(user.id)
    await outbox.alert(await outbox.watch(user.id))
    telegram.deactivate_user(user.id)
    async with delivering(*means):
        await until(lambda: dropped(outbox, user.id))
    assert (await outbox.chat_state(user.id))[0] == "deactivated"


async def all_sent(outbox, chat_id: int) -> bool:
    states = await outbox.states(chat_id)
    return bool(states) and all(state == "sent" for state, _ in states)


async def dropped(outbox, chat_id: int) -> bool:
    return [state for state, _ in await outbox.states(chat_id)] == ["dropped"]


async def test_where_even_the_general_topic_is_closed_the_chat_rests_and_nothing_is_called_told(
    telegram, outbox, means, owner
):
    forum = telegram.create_supergroup("Forum", (owner,))
    await outbox.chat(forum.id, ChatKind.SUPERGROUP)
    await outbox.alert(await outbox.watch(forum.id))
    telegram.fail("sendMessage", times=None, code=400, description="TOPIC_CLOSED")
    async with delivering(*means):
        await until(lambda: dropped(outbox, forum.id))
    assert await outbox.states(forum.id) == [("dropped", "TOPIC_CLOSED")]
    assert (await outbox.chat_state(forum.id))[0] == "silenced"


async def test_an_edit_that_a_closed_topic_refuses_is_not_tried_for_ever(
    telegram, outbox, means, owner
):
    # given
    forum = telegram.create_supergroup("Forum", (owner,))
    await outbox.chat(forum.id, ChatKind.SUPERGROUP)
    alert = await outbox.alert(await outbox.watch(forum.id))
    async with delivering(*means):
        await until(lambda: all_sent(outbox, forum.id))
    telegram.fail("editMessageText", times=None, code=400, description="TOPIC_CLOSED")
    await outbox.retract(alert)
    # when
    async with delivering(*means):
        await until(lambda: no_queue(outbox))
    # then
    assert len(telegram.calls("editMessageText")) == 1


async def no_queue(outbox) -> bool:
    async with outbox.database.read() as connection:
        rows = await connection.execute(select(chat_queues.c.chat_id))
        return rows.first() is None


async def test_what_was_said_in_a_group_is_let_go_when_it_becomes_a_supergroup(
    telegram, outbox, means, owner
):
    # given a message in a group that has become a supergroup, where nobody can edit it
    group = telegram.create_group("Whales", (owner,))
    await outbox.chat(group.id, ChatKind.GROUP)
    alert = await outbox.alert(await outbox.watch(group.id))
    async with delivering(*means):
        await until(lambda: all_sent(outbox, group.id))
    supergroup = telegram.migrate(group.id)
    async with outbox.database.write() as connection:
        await moving.move(connection, group.id, supergroup.id)
    # when
    await outbox.retract(alert)
    async with delivering(*means):
        await until(lambda: no_queue(outbox))
    # then
    assert (await outbox.message(alert)).gone
    assert telegram.calls("editMessageText") == []
