"""Quiet hours and digests, from the outbox to a strict Telegram, by a clock that the test sets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery import Delivery
from bot.delivery import telling as telling_module
from bot.delivery import turn as turn_module
from bot.delivery.events import EventKind
from bot.delivery.mornings import Mornings
from bot.hours.quiet import retime, set_digest, set_quiet
from data.model import ChatKind, DigestEvery, Quiet
from data.queries import chats, moving, queues, standing, watches
from data.redis.claims import Claims
from tests.integration.bot.delivery.running import delivering, until
from tests.integration.bot.delivery.test_crashes import Crash, crash

NIGHT = Quiet(23 * 60, 7 * 60)
NIGHT_BUT_LARGE = Quiet(23 * 60, 7 * 60, 10)


class Clock:
    """Midnight in Berlin, until it is put on."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(hour=23, minute=0, second=0, microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def morning(self) -> None:
        self.now = self.now.replace(hour=0) + timedelta(days=1, hours=7)


@pytest.fixture
def any_database_url(sqlite_url: str) -> str:
    """The contract tests do both databases."""
    return sqlite_url


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.mornings.LOOK_SECONDS", 0.05)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def means(bot, database, redis, settings, clock):
    return bot, database, redis, settings, clock


@pytest.fixture
async def ada(telegram, outbox) -> int:
    user = telegram.create_user("Ada")
    telegram.create_private_chat(user.id)
    await outbox.chat(user.id)
    return user.id


async def quiet(outbox, chat_id: int, hours: Quiet | None, clock: Clock) -> None:
    async with outbox.database.write() as connection:
        await set_quiet(connection, chat_id, hours, clock(), time_zone="Europe/Berlin")


async def digest(outbox, chat_id: int, every: DigestEvery, clock: Clock, times=None) -> None:
    async with outbox.database.write() as connection:
        await set_digest(connection, chat_id, every, 8 * 60, times, clock())


async def states(outbox, chat_id: int) -> list[str]:
    return [state for state, _ in await outbox.states(chat_id)]


async def all_are(outbox, chat_id: int, state: str) -> bool:
    return set(await states(outbox, chat_id)) == {state}


async def no_queue(outbox) -> bool:
    async with outbox.database.read() as connection:
        return (await standing.queue(connection, datetime.now(UTC))).chats == 0


async def test_what_comes_in_quiet_hours_comes_in_one_message_in_the_morning(
    telegram, outbox, means, ada, clock
):
    # given
    await quiet(outbox, ada, NIGHT, clock)
    watch = await outbox.watch(ada)
    for ether in (40, 900, 60):
        await outbox.alert(watch, ether)
    async with delivering(*means) as told:
        # when it is night, nothing is sent, and nobody looks at the chat again and again
        await until(lambda: all_are(outbox, ada, "deferred"))
        await until(lambda: no_queue(outbox))
        assert telegram.bot_messages(ada) == []
        assert told.count(EventKind.DEFERRED) == 3
        # and in the morning
        clock.morning()
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
    # then
    assert message.text.startswith("🌙 While it was quiet: 3 alerts")
    assert message.text.index("900 ETH") < message.text.index("60 ETH")
    assert "CE" in message.text  # CET or CEST
    assert len(telegram.bot_messages(ada)) == 1


async def test_what_is_large_enough_comes_through_at_once(telegram, outbox, means, ada, clock):
    # given a default of $100,000, and two alerts of $250,050 and $2,500,500
    await quiet(outbox, ada, NIGHT_BUT_LARGE, clock)
    watch = await outbox.watch(ada)
    await outbox.alert(watch, 100)
    await outbox.alert(watch, 1_000)
    async with delivering(*means):
        # when
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: no_queue(outbox))
    # then
    assert "1,000 ETH" in message.text
    assert await states(outbox, ada) == ["deferred", "sent"]


async def test_by_day_everything_comes_at_once(telegram, outbox, means, ada, clock):
    clock.morning()
    await quiet(outbox, ada, NIGHT, clock)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        await telegram.wait_for_messages(ada)


async def test_a_quiet_chat_holds_no_other_up(telegram, outbox, means, ada, clock):
    # given
    await quiet(outbox, ada, NIGHT, clock)
    bob = telegram.create_user("Bob").id
    telegram.create_private_chat(bob)
    await outbox.chat(bob)
    await outbox.many(await outbox.watch(ada), 100)
    await outbox.alert(await outbox.watch(bob))
    # when
    async with delivering(*means):
        await telegram.wait_for_messages(bob)
        await until(lambda: all_are(outbox, ada, "deferred"))
    # then
    assert telegram.bot_messages(ada) == []


async def test_turning_it_off_tells_at_once_what_waited(telegram, outbox, means, ada, clock):
    # given
    await quiet(outbox, ada, NIGHT, clock)
    watch = await outbox.watch(ada)
    await outbox.alert(watch)
    await outbox.alert(watch)
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        # when
        await quiet(outbox, ada, None, clock)
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
    # then
    assert "While it was quiet: 2 alerts" in message.text


async def test_longer_hours_hold_what_waits_back_as_well(telegram, outbox, means, ada, clock):
    # given
    await quiet(outbox, ada, NIGHT, clock)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        # when it is quiet until nine instead of seven
        await quiet(outbox, ada, Quiet(23 * 60, 9 * 60), clock)
        clock.now = clock.now + timedelta(hours=8, minutes=-1)
        await until(lambda: no_queue(outbox))
        assert telegram.bot_messages(ada) == []
        clock.now += timedelta(hours=3)
        # then
        await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))


async def test_what_a_reorg_took_meanwhile_is_not_in_it(telegram, outbox, means, ada, clock):
    # given
    await quiet(outbox, ada, NIGHT, clock)
    watch = await outbox.watch(ada)
    gone, back, stays = [await outbox.alert(watch, ether) for ether in (111, 222, 333)]
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        # when one comes back and one does not
        await outbox.retract(gone, back)
        await outbox.bring_back(back)
        await until(lambda: no_queue(outbox))
        assert await states(outbox, ada) == ["dropped", "deferred", "deferred"]
        clock.morning()
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: no_queue(outbox))
    # then
    assert "222 ETH" in message.text
    assert "333 ETH" in message.text
    assert "111 ETH" not in message.text
    assert stays.id


async def test_what_a_reorg_takes_of_a_digest_is_struck_through(
    telegram, outbox, means, ada, clock
):
    await quiet(outbox, ada, NIGHT, clock)
    watch = await outbox.watch(ada)
    taken, _stays = await outbox.alert(watch, 41), await outbox.alert(watch, 42)
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        clock.morning()
        await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
        await outbox.retract(taken)
        await until(lambda: edited(telegram, ada))
    (message,) = telegram.bot_messages(ada)
    assert message.text.startswith("🌙 While it was quiet: 2 alerts")
    assert "Struck through" in message.text


async def edited(telegram, chat_id: int) -> bool:
    return telegram.bot_messages(chat_id)[-1].edited


async def test_an_edit_for_a_reorg_is_made_by_night_too(telegram, outbox, means, ada, clock):
    # given a message of the day
    clock.morning()
    watch = await outbox.watch(ada)
    small = await outbox.alert(watch, 41)
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
        # when
        await quiet(outbox, ada, NIGHT, clock)
        clock.now = clock.now.replace(hour=23)
        await outbox.retract(small)
        await until(lambda: edited(telegram, ada))
    # then
    assert len(telegram.bot_messages(ada)) == 1


async def test_an_answer_to_what_was_large_makes_no_sound_by_night(
    telegram, outbox, means, ada, clock
):
    clock.morning()
    large = await outbox.alert(await outbox.watch(ada), 5_000)
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
        await quiet(outbox, ada, NIGHT, clock)
        clock.now = clock.now.replace(hour=23)
        await outbox.retract(large)
        await telegram.wait_for_messages(ada, 2)
    first, second = telegram.calls("sendMessage")
    assert "disable_notification" not in first.parameters
    assert second.parameters["disable_notification"].lower() == "true"


async def test_a_watch_removed_meanwhile_is_not_told_of(telegram, outbox, means, ada, clock):
    await quiet(outbox, ada, NIGHT, clock)
    removed, kept = await outbox.watch(ada), await outbox.watch(ada, "Other")
    await outbox.alert(removed)
    await outbox.alert(kept)
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        async with outbox.database.write() as connection:
            await watches.remove(connection, removed.id)
        clock.morning()
        await telegram.wait_for_messages(ada)
        await until(lambda: no_queue(outbox))
    assert await outbox.states(ada) == [("dropped", "watch removed"), ("sent", None)]


async def test_a_digest_waits_for_the_end_of_a_mute(telegram, outbox, means, ada, clock):
    # given an alert of the night
    await quiet(outbox, ada, NIGHT, clock)
    watch = await outbox.watch(ada)
    await outbox.alert(watch)
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        # when the chat is muted until after the morning's digest
        async with outbox.database.write() as connection:
            await chats.mute(connection, ada, clock() + timedelta(hours=10))
        clock.morning()
        await outbox.alert(watch)
        await until(lambda: settled(outbox, ada))
        assert telegram.bot_messages(ada) == []
        clock.now += timedelta(hours=3)
        await telegram.wait_for_messages(ada)
        await until(lambda: no_queue(outbox))
    # then what came while it was muted is dropped, and what came before is told
    assert await outbox.states(ada) == [("sent", None), ("dropped", "muted")]


async def settled(outbox, chat_id: int) -> bool:
    return await states(outbox, chat_id) == ["deferred", "dropped"] and await no_queue(outbox)


async def test_ending_a_mute_tells_what_waited_for_it(telegram, outbox, means, ada, clock):
    await quiet(outbox, ada, NIGHT, clock)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        async with outbox.database.write() as connection:
            await chats.mute(connection, ada, clock() + timedelta(hours=20))
        clock.morning()
        await until(lambda: put_off(outbox, ada, clock() + timedelta(hours=1)))
        async with outbox.database.write() as connection:
            await chats.mute(connection, ada, None)
            await retime(connection, ada, clock())
        await telegram.wait_for_messages(ada)


async def put_off(outbox, chat_id: int, beyond: datetime) -> bool:
    (alert,) = await outbox.alerts(chat_id)
    return alert.deferred_until is not None and alert.deferred_until > beyond


async def test_what_waits_moves_with_its_group(telegram, outbox, means, clock):
    # given a quiet group with an alert
    owner = telegram.create_user("Owner")
    group = telegram.create_group("Whales", (owner.id,))
    await outbox.chat(group.id, ChatKind.GROUP)
    await quiet(outbox, group.id, NIGHT, clock)
    await outbox.alert(await outbox.watch(group.id))
    async with delivering(*means):
        await until(lambda: all_are(outbox, group.id, "deferred"))
        # when it becomes a supergroup
        new = telegram.migrate(group.id).id
        async with outbox.database.write() as connection:
            await moving.move(connection, group.id, new)
        assert await states(outbox, new) == ["deferred"]
        clock.morning()
        # then
        await telegram.wait_for_messages(new)
        await until(lambda: all_are(outbox, new, "sent"))
    assert telegram.bot_messages(group.id) == []


async def test_what_waits_in_a_lost_topic_is_told_in_the_general_one(
    telegram, outbox, means, clock
):
    owner = telegram.create_user("Owner")
    group = telegram.create_supergroup("Whales", (owner.id,), is_forum=True)
    await outbox.chat(group.id, ChatKind.SUPERGROUP)
    await quiet(outbox, group.id, NIGHT, clock)
    topic = telegram.create_topic(group.id, "Exchanges").id
    await outbox.alert(await outbox.watch(group.id, topic_id=topic))
    await outbox.alert(await outbox.watch(group.id))
    async with delivering(*means):
        await until(lambda: all_are(outbox, group.id, "deferred"))
        telegram.delete_topic(group.id, topic)
        clock.morning()
        await until(lambda: all_are(outbox, group.id, "sent"))
    assert {message.topic_id for message in telegram.bot_messages(group.id)} == {None}


async def test_a_daily_digest_is_a_picture_with_the_largest_below_it(
    telegram, outbox, means, ada, clock
):
    # given
    await digest(outbox, ada, DigestEvery.DAY, clock)
    watch = await outbox.watch(ada)
    for ether in range(50, 80):
        await outbox.alert(watch, ether)
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        # when
        clock.now = clock.now.replace(hour=8) + timedelta(days=1)
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
        # then
        assert message.media is not None
        assert message.media.kind == "photo"
        assert message.text.startswith("📊 Daily digest: 30 alerts")
        assert "1. " in message.text
        assert "10. " in message.text
        assert len(message.text) <= 1024
        assert "20 more ›" in str(message.reply_markup)
        assert telegram.calls("sendMessage") == []
        # and what a reorg takes is struck through below the picture
        await outbox.retract((await outbox.alerts(ada))[-1])
        await until(lambda: edited(telegram, ada))
    (message,) = telegram.bot_messages(ada)
    assert "Struck through" in message.text


async def test_an_hourly_digest_comes_every_hour_and_never_empty(
    telegram, outbox, means, ada, clock
):
    await digest(outbox, ada, DigestEvery.HOUR, clock)
    watch = await outbox.watch(ada)
    async with delivering(*means):
        for number in (1, 2):
            await outbox.alert(watch)
            await until(lambda: any_deferred(outbox, ada))
            clock.now += timedelta(hours=1)
            await telegram.wait_for_messages(ada, number)
            await until(lambda: all_are(outbox, ada, "sent"))
        clock.now += timedelta(hours=1)
        await until(lambda: no_queue(outbox))
    assert len(telegram.bot_messages(ada)) == 2


async def any_deferred(outbox, chat_id: int) -> bool:
    return "deferred" in await states(outbox, chat_id)


async def test_an_hourly_digest_waits_for_the_morning_of_a_quiet_chat(
    telegram, outbox, means, ada, clock
):
    await quiet(outbox, ada, NIGHT, clock)
    await digest(outbox, ada, DigestEvery.HOUR, clock)
    await outbox.alert(await outbox.watch(ada))
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        clock.now += timedelta(hours=3)
        await until(lambda: no_queue(outbox))
        assert telegram.bot_messages(ada) == []
        clock.morning()
        await telegram.wait_for_messages(ada)


async def test_between_digests_comes_what_is_large_enough(telegram, outbox, means, ada, clock):
    await digest(outbox, ada, DigestEvery.DAY, clock, times=10)
    watch = await outbox.watch(ada)
    await outbox.alert(watch, 100)
    await outbox.alert(watch, 1_000)
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: no_queue(outbox))
    assert await states(outbox, ada) == ["deferred", "sent"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "Bad Request: not enough rights to send photos to the chat"),
        (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"),
        (400, "Bad Request: IMAGE_PROCESS_FAILED"),
        (413, "Request Entity Too Large"),
    ],
)
async def test_where_no_picture_may_be_sent_there_is_none(
    telegram, outbox, means, ada, clock, code, words
):
    # given
    await digest(outbox, ada, DigestEvery.DAY, clock)
    watch = await outbox.watch(ada)
    for ether in (40, 50):
        await outbox.alert(watch, ether)
    telegram.fail("sendPhoto", code=code, description=words)
    async with delivering(*means) as told:
        await until(lambda: all_are(outbox, ada, "deferred"))
        # when
        clock.now = clock.now.replace(hour=8) + timedelta(days=1)
        (message,) = await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))
        # then it is a text, which is edited as one
        assert message.media is None
        assert message.text.startswith("📊 Daily digest: 2 alerts")
        await outbox.retract((await outbox.alerts(ada))[-1])
        await until(lambda: edited(telegram, ada))
    assert told.count(EventKind.UNREACHABLE) == 0


# point → messages in the chat afterwards, and whether the last says that it may be a repeat
POINTS = {
    ("after", queues, "lease"): (1, False),
    ("after", Claims, "claim"): (1, True),
    ("after", telling_module, "send"): (2, True),
    ("after", Claims, "sent"): (1, False),
    ("after", telling_module.Telling, "_record"): (1, False),
    ("after", chats, "due"): (1, False),
}


@pytest.mark.parametrize(("point", "expected"), POINTS.items(), ids=lambda value: str(value[::2]))
async def test_a_worker_that_dies_at_a_digest_loses_nothing_and_repeats_what_nobody_knows(
    telegram, outbox, means, ada, clock, monkeypatch, point, expected
):
    # given
    await digest(outbox, ada, DigestEvery.DAY, clock)
    watch = await outbox.watch(ada)
    for ether in (40, 50, 60):
        await outbox.alert(watch, ether)
    async with delivering(*means):
        await until(lambda: all_are(outbox, ada, "deferred"))
        await until(lambda: no_queue(outbox))
    clock.now = clock.now.replace(hour=8) + timedelta(days=1)
    # when
    bot, database, redis, settings, _ = means
    with monkeypatch.context() as patch:
        crash(patch, *point)
        delivery = Delivery(bot, database, redis, settings, "dying", listeners=[], clock=clock)
        with pytest.raises(BaseExceptionGroup) as died:
            await asyncio.wait_for(delivery.run(asyncio.Event()), 30)
        assert died.group_contains(Crash)
    async with delivering(*means) as told:
        await until(lambda: all_are(outbox, ada, "sent"))
        # then what is told of it later finds it, whatever it is
        await outbox.retract((await outbox.alerts(ada))[-1])
        await until(lambda: edited(telegram, ada))
    messages = telegram.bot_messages(ada)
    revisions = [revision.text for revision in messages[-1].revisions]
    assert (len(messages), "Possible repeat" in revisions[0]) == expected
    assert told.count(EventKind.REPEATED) == (3 if expected[1] else 0)
    assert "Struck through" in revisions[-1]


async def test_who_changes_the_hours_in_that_moment_is_not_put_off_by_the_old_ones(
    telegram, outbox, means, ada, clock, monkeypatch
):
    # given a chat that is read as quiet, and that somebody wakes before its alerts are put off
    await quiet(outbox, ada, NIGHT, clock)
    await outbox.alert(await outbox.watch(ada))
    decide = turn_module.patience.at_once_from
    woken = []

    def decide_late(chat, now):
        woken.append(True)
        return decide(chat, now)

    original = chats.look_at

    async def look_at(connection, chat_id, by):
        if len(woken) == 1:
            woken.append(True)
            await chats.set_quiet(connection, chat_id, None)
        return await original(connection, chat_id, by)

    monkeypatch.setattr(turn_module.patience, "at_once_from", decide_late)
    monkeypatch.setattr(chats, "look_at", look_at)
    # then
    async with delivering(*means):
        await telegram.wait_for_messages(ada)
        await until(lambda: all_are(outbox, ada, "sent"))


async def test_mornings_queue_a_chat_once(outbox, database, ada, clock):
    async with database.write() as connection:
        await chats.look_again(connection, ada, clock())
    means = type("Some", (), {"database": database, "clock": clock})
    mornings = Mornings(means, lambda: None)
    assert [await mornings.look(), await mornings.look()] == [1, 0]
