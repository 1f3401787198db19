"""What arrives in a chat, from the outbox through the real limiter to a strict Telegram."""

from __future__ import annotations

import asyncio
import re
import socket
from datetime import UTC, datetime, timedelta

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from sqlalchemy import select

from bot.delivery import Delivery, revision
from bot.delivery.events import EventKind
from bot.session import Session
from data.errors import ConfigurationError
from data.model import ChatKind, Priority
from data.queries import alerts, chats, queues, watches
from data.tables import chat_queues
from tests.integration.bot.delivery.running import delivering, until


@pytest.fixture
def means(bot, database, redis, settings):
    return bot, database, redis, settings


@pytest.fixture
async def ada(telegram, outbox) -> int:
    user = telegram.create_user("Ada")
    telegram.create_private_chat(user.id)
    await outbox.chat(user.id)
    return user.id


async def test_an_alert_is_sent_once_and_recorded(telegram, outbox, means, ada):
    # given
    alert = await outbox.alert(await outbox.watch(ada))
    # when
    async with delivering(*means):
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
    # then
    assert "Received 100 ETH" in message.text
    assert "$250" in message.text
    assert "Cold wallet" in message.text
    assert message.link_preview_options == {"is_disabled": True}
    assert await outbox.states(ada) == [("sent", None)]
    assert (await outbox.alerts(ada))[0].id == alert.id
    assert len(telegram.calls("sendMessage")) == 1


async def test_an_alert_written_while_delivery_runs_leaves_soon(telegram, outbox, means, ada):
    watch = await outbox.watch(ada)
    async with delivering(*means):
        await asyncio.sleep(0)
        await outbox.alert(watch)
        await telegram.wait_for_messages(ada)


async def test_alerts_of_a_chat_go_by_time(telegram, outbox, means, ada):
    watch = await outbox.watch(ada)
    for ether in (40, 900, 60):
        await outbox.alert(watch, ether)
    async with delivering(*means):
        messages = await telegram.wait_for_messages(ada, 3)
    firsts = [message.text.split(" ETH")[0].rsplit(" ", 1)[1] for message in messages]
    assert firsts == ["40", "900", "60"]


async def test_workers_on_the_same_chats_never_say_anything_twice(telegram, outbox, means):
    # given
    people = [telegram.create_user(f"Person {number}").id for number in range(6)]
    for person in people:
        telegram.create_private_chat(person)
        await outbox.chat(person)
        watch = await outbox.watch(person)
        for _ in range(3):
            await outbox.alert(watch)
    # when
    async with delivering(*means), delivering(*means), delivering(*means):
        for person in people:
            await telegram.wait_for_messages(person, 3)
            await until(lambda person=person: ended(outbox, person))
    # then
    assert [len(telegram.bot_messages(person)) for person in people] == [3] * 6
    assert telegram.counts()["too_many_requests"] == 0


async def test_more_than_the_rate_carries_comes_in_one_list_the_largest_first(
    telegram, outbox, means, ada
):
    watch = await outbox.watch(ada)
    for ether in range(1, 41):
        await outbox.alert(watch, ether)
    async with delivering(*means):
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
    assert message.text.startswith("🐋 40 alerts")
    assert message.text.index("40 ETH") < message.text.index("39 ETH")
    assert "… and 30 more" in message.text
    assert "30 more ›" in str(message.reply_markup)
    assert len({alert.message_id for alert in await outbox.alerts(ada)}) == 1
    assert {state for state, _ in await outbox.states(ada)} == {"sent"}
    assert len(telegram.bot_messages(ada)) == 1


async def test_what_is_old_comes_in_one_digest_a_topic_after_what_is_fresh(telegram, outbox, means):
    # given alerts of nine hours ago in two topics, and one of now
    owner = telegram.create_user("Owner")
    group = telegram.create_supergroup("Whales", (owner.id,), is_forum=True)
    await outbox.chat(group.id, ChatKind.SUPERGROUP)
    topic = telegram.create_topic(group.id, "Exchanges").id
    general = await outbox.watch(group.id)
    special = await outbox.watch(group.id, topic_id=topic)
    for n in range(4):
        await outbox.alert(general, 100 + n, age=timedelta(hours=9, minutes=-n))
        await outbox.alert(special, 200 + n, age=timedelta(hours=8, minutes=-n))
    await outbox.alert(general, 300)
    # when
    async with delivering(*means):
        fresh, first, second = await telegram.wait_for_messages(group.id, 3)
        await until(lambda: ended(outbox, group.id))
        # then
        assert "Received 300 ETH" in fresh.text
        assert first.text.startswith("🕓 While I was away: 4 alerts on Ethereum\n")
        assert "103 ETH" in first.text
        assert second.text.startswith("🕓 While I was away: 4 alerts")
        assert "203 ETH" in second.text
        assert (first.topic_id or 0, second.topic_id) == (0, topic)
        # and a reorg leaves it a digest
        await outbox.retract((await outbox.alerts(group.id))[0])
        await telegram.wait_for_messages(
            group.id,
            predicate=lambda message: (
                "While I was away" in message.text and "Struck through" in message.text
            ),
        )
    assert len(telegram.bot_messages(group.id)) == 3


async def test_a_reorg_edits_a_list_back_to_its_first_page(telegram, outbox, means, ada):
    watch = await outbox.watch(ada)
    for ether in range(1, 31):
        await outbox.alert(watch, ether)
    async with delivering(*means):
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
        # when
        await outbox.retract((await outbox.alerts(ada))[-1])  # the largest
        # then
        (edited,) = await telegram.wait_for_messages(ada, containing="Struck through")
    assert edited.message_id == message.message_id
    assert any(entity.type == "strikethrough" for entity in edited.entities)
    assert "20 more ›" in str(edited.reply_markup)


async def test_five_thousand_alerts_of_a_group_are_a_handful_of_messages(telegram, outbox, means):
    # given
    group = telegram.create_supergroup("Whales", (telegram.create_user("Owner").id,))
    await outbox.chat(group.id, ChatKind.SUPERGROUP)
    watch = await outbox.watch(group.id)
    await outbox.many(watch, 5_000)
    # when
    async with delivering(*means):
        await until(lambda: nothing_pending(outbox, group.id))
    # then
    told = telegram.bot_messages(group.id)
    assert len(told) <= 5
    sizes = [int(re.match(r"🐋 ([\d,]+) alerts", one.text)[1].replace(",", "")) for one in told]
    assert sum(sizes) == 5_000
    found = await outbox.alerts(group.id)
    assert {alert.state.value for alert in found} == {"sent"}
    assert len({alert.message_id for alert in found}) == len(told)


async def nothing_pending(outbox, chat_id: int) -> bool:
    async with outbox.database.read() as connection:
        return not await alerts.pending(connection, chat_id, 1)


async def test_a_group_gets_no_more_than_its_minute_takes_and_telegram_never_complains(
    telegram, outbox, means
):
    # given
    owner = telegram.create_user("Owner")
    group = telegram.create_group("Whales", (owner.id,))
    await outbox.chat(group.id, ChatKind.GROUP)
    watch = await outbox.watch(group.id)
    for _ in range(12):
        await outbox.alert(watch)
    # when
    async with delivering(*means):
        await telegram.wait_for_messages(group.id, 12)
        await outbox.alert(watch)
        await until(lambda: looked_at_since(means, group.id))
        # then the rest of the minute is spent at even distances
        assert len(telegram.bot_messages(group.id)) == 12
    assert telegram.counts()["too_many_requests"] == 0
    assert (await outbox.states(group.id))[-1] == ("pending", None)


async def test_retry_after_is_obeyed_and_the_alert_comes(telegram, outbox, means, ada):
    # given
    telegram.fail("sendMessage", code=429, retry_after=2)
    await outbox.alert(await outbox.watch(ada))
    # when
    async with delivering(*means) as told:
        await telegram.wait_for_messages(ada)
    # then
    refused, accepted = telegram.calls("sendMessage")
    assert accepted.date - refused.date >= 2
    assert told.count(EventKind.FLOODED) == 1
    assert told.count(EventKind.REPEATED) == 0


async def test_one_chats_pause_does_not_delay_another(telegram, outbox, means, ada):
    # given
    eve = telegram.create_user("Eve").id
    telegram.create_private_chat(eve)
    await outbox.chat(eve)
    telegram.fail("sendMessage", code=429, retry_after=3600)
    await outbox.alert(await outbox.watch(ada))
    watch = await outbox.watch(eve)
    async with delivering(*means) as told:
        await until(lambda: has(told, EventKind.FLOODED))
        # when
        await outbox.alert(watch)
        # then
        await telegram.wait_for_messages(eve)
    assert await outbox.states(ada) == [("pending", None)]


async def test_a_blocked_chat_is_noted_with_telegrams_words(telegram, outbox, means, ada):
    await outbox.alert(await outbox.watch(ada))
    telegram.block_bot(ada)
    async with delivering(*means):
        await until(lambda: ended(outbox, ada))
    words = "Forbidden: bot was blocked by the user"
    assert await outbox.chat_state(ada) == ("blocked", words)
    assert await outbox.states(ada) == [("dropped", words)]


async def test_a_group_that_threw_the_bot_out_is_noted(telegram, outbox, means):
    group = telegram.create_supergroup("Whales", (telegram.create_user("Owner").id,))
    await outbox.chat(group.id, ChatKind.SUPERGROUP)
    await outbox.alert(await outbox.watch(group.id))
    telegram.set_bot_status(group.id, "kicked")
    async with delivering(*means):
        await until(lambda: ended(outbox, group.id))
    assert (await outbox.chat_state(group.id))[0] == "kicked"


async def test_a_chat_telegram_does_not_know_is_gone(outbox, means):
    await outbox.chat(4242)
    await outbox.alert(await outbox.watch(4242))
    async with delivering(*means):
        await until(lambda: ended(outbox, 4242))
    assert await outbox.chat_state(4242) == ("gone", "Bad Request: chat not found")


async def test_what_was_muted_or_removed_meanwhile_is_dropped_with_the_reason(
    telegram, outbox, means, ada, database
):
    # given
    muted, removed = await outbox.watch(ada), await outbox.watch(ada)
    await outbox.alert(muted)
    await outbox.alert(removed)
    async with database.write() as connection:
        await watches.mute(connection, muted.id, datetime.now(UTC) + timedelta(hours=1))
        await watches.remove(connection, removed.id)
    # when
    async with delivering(*means):
        await until(lambda: ended(outbox, ada))
    # then
    assert await outbox.states(ada) == [("dropped", "muted"), ("dropped", "watch removed")]
    assert telegram.calls("sendMessage") == []


async def test_a_muted_chat_hears_nothing(telegram, outbox, means, ada, database):
    await outbox.alert(await outbox.watch(ada))
    async with database.write() as connection:
        await chats.mute(connection, ada, datetime.now(UTC) + timedelta(hours=1))
    async with delivering(*means):
        await until(lambda: ended(outbox, ada))
    assert await outbox.states(ada) == [("dropped", "muted")]
    assert telegram.bot_messages(ada) == []


async def test_a_reorg_strikes_the_message_through_and_the_return_restores_it(
    telegram, outbox, means, ada
):
    alert = await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
        # when
        await outbox.retract(alert)
        (message,) = await telegram.wait_for_messages(ada, containing="Taken back by a reorg")
        # then
        assert any(entity.type == "strikethrough" for entity in message.entities)
        # when
        await outbox.bring_back(alert)
        # then
        await telegram.wait_for_messages(
            ada, predicate=lambda message: "Taken back" not in message.text
        )
    assert len(telegram.bot_messages(ada)) == 1


async def test_a_message_that_somebody_deleted_stays_deleted(telegram, outbox, means, ada, bot):
    alert = await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
        await bot.delete_message(ada, message.message_id)
        await outbox.retract(alert)
        await until(lambda: has(told, EventKind.GONE))
    assert telegram.bot_messages(ada) == []
    assert len(telegram.calls("sendMessage")) == 1


async def test_a_cut_connection_whose_message_arrived_repeats_it_marked_and_counted(
    telegram, outbox, means, ada
):
    telegram.cut_after("sendMessage")
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        first, second = await telegram.wait_for_messages(ada, 2)
        await until(lambda: ended(outbox, ada))
    assert "Possible repeat" not in first.text
    assert "Possible repeat" in second.text
    assert told.count(EventKind.REPEATED) == 1
    assert len(telegram.bot_messages(ada)) == 2


async def test_an_error_of_telegrams_is_tried_again_and_is_no_repeat(telegram, outbox, means, ada):
    telegram.fail("sendMessage", times=2, code=502)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        (message,) = await telegram.wait_for_messages(ada)
    assert "Possible repeat" not in message.text
    assert told.count(EventKind.FAILED) == 2


async def test_markup_telegram_cannot_read_is_sent_as_plain_text(telegram, outbox, means, ada):
    words = "Bad Request: can't parse entities: Unexpected end tag at byte offset 3"
    telegram.fail("sendMessage", code=400, description=words)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        (message,) = await telegram.wait_for_messages(ada)
    assert "Received 100 ETH" in message.text
    assert not any(entity.type == "bold" for entity in message.entities)
    assert [event.reason for event in told.events if event.kind is EventKind.MALFORMED] == ["alert"]


async def test_an_edit_whose_markup_telegram_cannot_read_is_made_as_plain_text(
    telegram, outbox, means, ada
):
    alert = await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
        words = "Bad Request: can't parse entities: Unsupported start tag at byte offset 3"
        telegram.fail("editMessageText", code=400, description=words)
        await outbox.retract(alert)
        (message,) = await telegram.wait_for_messages(ada, containing="Taken back by a reorg")
        await until(lambda: has(told, EventKind.MALFORMED))
    assert not any(entity.type == "strikethrough" for entity in message.entities)
    assert [event.reason for event in told.events if event.kind is EventKind.MALFORMED] == ["alert"]


async def test_an_answer_of_telegrams_that_comes_too_late_leaves_the_send_in_doubt(
    telegram, outbox, means, ada
):
    # given a message that arrives, of which we only hear when nobody waits any more
    telegram.delay(2, "sendMessage", times=1)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        first, second = await telegram.wait_for_messages(ada, 2)
        await until(lambda: ended(outbox, ada))
    # then it is not called failed, and what follows says what it may be
    assert told.count(EventKind.UNKNOWN) == 1
    assert told.count(EventKind.FAILED) == 0
    assert told.count(EventKind.REPEATED) == 1
    assert "Possible repeat" not in first.text
    assert "Possible repeat" in second.text


async def test_an_edit_that_may_have_arrived_is_made_again_and_does_no_harm(
    telegram, outbox, means, ada
):
    alert = await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        await telegram.wait_for_messages(ada)
        await until(lambda: ended(outbox, ada))
        telegram.cut_after("editMessageText")
        await outbox.retract(alert)
        await until(lambda: has(told, EventKind.EDITED))
    assert told.count(EventKind.UNKNOWN) == 1
    assert len(telegram.calls("editMessageText")) == 2
    assert len(telegram.bot_messages(ada)) == 1


async def test_a_revoked_token_ends_delivery_with_a_sentence(telegram, outbox, means, ada):
    telegram.revoke_token()
    await outbox.alert(await outbox.watch(ada))
    delivery = Delivery(*means, "owner", listeners=[])
    with pytest.raises(ConfigurationError, match="BOT_TOKEN"):
        await asyncio.wait_for(delivery.run(asyncio.Event()), 30)
    assert await outbox.states(ada) == [("pending", None)]


async def test_what_nobody_answers_waits_and_comes_when_telegram_is_back(
    telegram, outbox, means, ada
):
    telegram.go_down()
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means) as told:
        await until(lambda: has(told, EventKind.UNKNOWN, EventKind.FAILED))
        telegram.come_up()
        await telegram.wait_for_messages(ada)


async def test_a_connection_that_never_was_leaves_no_doubt(
    telegram, outbox, database, redis, settings, bot, ada, unused_port
):
    # given nobody listens where Telegram should be
    session = Session(api=TelegramAPIServer.from_base(f"http://127.0.0.1:{unused_port}"))
    lonely = Bot(telegram.token, session=session)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(lonely, database, redis, settings) as told:
        await until(lambda: has(told, EventKind.FAILED))
    await lonely.session.close()
    assert await outbox.states(ada) == [("pending", None)]
    # when there is somebody
    async with delivering(bot, database, redis, settings) as told:
        (message,) = await telegram.wait_for_messages(ada)
    # then
    assert "Possible repeat" not in message.text
    assert told.count(EventKind.REPEATED) == 0


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def test_a_chat_that_is_no_more_is_let_go(database, means):
    async with database.write() as connection:
        await queues.enqueue(connection, [(404, Priority.FEED)])

    async with delivering(*means):
        await until(lambda: is_let_go(database, 404))


async def is_let_go(database, chat_id: int) -> bool:
    async with database.read() as connection:
        found = await connection.execute(
            select(chat_queues).where(chat_queues.c.chat_id == chat_id)
        )
        return found.first() is None


async def ended(outbox, chat_id: int) -> bool:
    return all(state != "pending" for state, _ in await outbox.states(chat_id))


async def has(told, *kinds: EventKind) -> bool:
    return any(event.kind in kinds for event in told.events)


async def looked_at_since(means, chat_id: int) -> bool:
    """Whether a worker has put the chat off: its queue row is free and due in the future."""
    async with means[1].read() as connection:
        row = (
            await connection.execute(select(chat_queues).where(chat_queues.c.chat_id == chat_id))
        ).one_or_none()
    return (
        row is not None
        and row.lease_owner is None
        and row.due_at > datetime.now(UTC) + timedelta(seconds=2)
    )


async def test_what_cannot_be_put_into_words_is_told_by_its_link_and_holds_nobody_up(
    telegram, outbox, means, ada, monkeypatch
):
    # given a fault of ours that one alert meets
    watch = await outbox.watch(ada)
    first = await outbox.alert(watch)
    render = revision.render_message

    def faulty(alerts, *args, **more):
        if first.id in {alert.id for alert in alerts}:
            raise ArithmeticError
        return render(alerts, *args, **more)

    monkeypatch.setattr(revision, "render_message", faulty)
    await outbox.alert(watch)
    # when
    async with delivering(*means):
        bare, other = await telegram.wait_for_messages(ada, 2)
        await until(lambda: ended(outbox, ada))
    # then
    assert "cannot put into words" in bare.text
    assert f"/tx/0x{first.tx_hash.hex()}" in str(bare.entities)
    assert "Received" in other.text
