"""The buttons under an alert: an alert is delivered, and people tap what stands under it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from sqlalchemy import update

from bot.delivery.events import EventKind
from bot.session import Session
from data.model import FOREVER, ChatKind
from data.queries import watches
from data.settings import Settings
from data.tables import alerts as table
from tests.integration.bot.delivery.outbox import EXCHANGE, WALLET, Outbox
from tests.integration.bot.delivery.running import Told, delivering, until
from tests.integration.bot.place import DEADLINE, Place
from tests.integration.bot.test_watch_card import Screen, tapped

BASE = ["Explorer", "🔕 Mute", "Threshold", "👁 Watch Binance 14"]


@pytest.fixture
def outbox(place: Place) -> Outbox:
    return Outbox(place.context.database)


@asynccontextmanager
async def telling(place: Place) -> AsyncIterator[Told]:
    session = Session(api=TelegramAPIServer.from_base(place.telegram.url))
    bot = Bot(place.telegram.token, session=session)
    settings = Settings(_env_file=None, backoff_first=0.1)
    try:
        async with delivering(bot, place.context.database, place.context.redis, settings) as told:
            yield told
    finally:
        await bot.session.close()


async def told_of(place: Place, outbox: Outbox, labels: tuple[str, ...] = ("Cold",)) -> Screen:
    """An alert in Ada's chat, by so many watches."""
    chat = place.telegram.create_private_chat(place.owner.id).id
    await outbox.chat(chat)
    mine = [await outbox.watch(chat, label) for label in labels]
    first = await outbox.alert(mine[0])
    if len(mine) > 1:
        others = [[watch.id, first.movement_id] for watch in mine[1:]]
        async with place.context.database.write() as connection:
            await connection.execute(update(table).values(others=others))
    return await shown(place, chat)


async def shown(place: Place, chat: int) -> Screen:
    async with telling(place):
        (message,) = await place.telegram.wait_for_messages(chat, 1, DEADLINE, "Received")
    return Screen(place, chat, message.message_id, place.owner)


async def test_an_alert_offers_what_can_be_done_about_it(place: Place, outbox: Outbox) -> None:
    screen = await told_of(place, outbox)

    assert screen.captions == BASE
    assert screen.message.buttons[0]["url"].startswith("https://etherscan.io/tx/0x")
    text = screen.text
    for caption, minutes in (("🔕 1 h", 60), ("🔕 8 h", 480), ("🔕 Until I end it", None)):
        await screen.tap("🔕 Mute")
        assert screen.captions == ["🔕 1 h", "🔕 8 h", "🔕 Until I end it", "‹ Back"]
        notice = await screen.tap(caption)
        assert (notice or "").startswith("1. Cold: Muted until")
        until_ = (await screen.watch()).muted_until
        assert until_ is not None
        if minutes is None:
            assert until_ == FOREVER
        else:
            late = datetime.now(UTC) + timedelta(minutes=minutes) - until_
            assert timedelta(0) <= late < timedelta(minutes=1)
        assert screen.captions == ["Explorer", "🔔 Unmute", *BASE[2:]]
        assert await screen.tap("🔔 Unmute") == "Unmuted"
        assert (await screen.watch()).muted_until is None
        assert screen.captions == BASE
    await screen.tap("🔕 Mute", "‹ Back")
    assert screen.captions == BASE
    assert screen.text == text


async def test_the_threshold_opens_below_the_alert(place: Place, outbox: Outbox) -> None:
    screen = await told_of(place, outbox)
    before = screen.message

    await screen.tap("Threshold")

    assert screen.message == before
    below = place.telegram.bot_messages(screen.chat)[-1]
    assert "Cold" in below.text
    assert "Choose another" in below.text
    other = Screen(place, screen.chat, below.message_id, place.owner)
    await other.tap("$10K")
    threshold = (await screen.watch()).threshold
    assert threshold is not None


async def test_the_other_side_is_watched_from_below_the_alert(place: Place, outbox: Outbox) -> None:
    screen = await told_of(place, outbox)

    first = await screen.tap("👁 Watch Binance 14")
    again = await screen.tap("👁 Watch Binance 14")

    _, other = await place.watches(screen.chat)
    assert other.address == EXCHANGE
    assert (first, again) == ("Now watching", "You watch it already:")
    below = place.telegram.bot_messages(screen.chat)
    assert "Now watching" in below[-2].text
    assert "Binance 14" in below[-2].text
    assert "You watch it already" in below[-1].text


async def test_of_several_watches_one_is_muted(place: Place, outbox: Outbox) -> None:
    screen = await told_of(place, outbox, ("Cold", "Warm"))
    await screen.tap("🔕 Mute")
    assert screen.captions == ["1. Cold", "2. Warm", "‹ Back"]
    await screen.tap("2. Warm", "🔕 8 h")
    cold, warm = await place.watches(screen.chat)
    assert cold.muted_until is None
    assert warm.muted_until is not None
    assert screen.captions == BASE  # there is one left to mute
    await screen.tap("🔕 Mute", "1. Cold", "🔕 1 h", "🔔 Unmute")
    assert {watch.muted_until for watch in await place.watches(screen.chat)} == {None}


async def test_an_edit_closes_an_open_choice_and_loses_nothing(
    place: Place, outbox: Outbox
) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    await outbox.chat(chat)
    alert = await outbox.alert(await outbox.watch(chat, "Cold"))
    async with telling(place) as told:
        (message,) = await place.telegram.wait_for_messages(chat, 1, DEADLINE, "Received")
        screen = Screen(place, chat, message.message_id, place.owner)
        await until(lambda: sent(told, EventKind.SENT, 1))
        await screen.tap("🔕 Mute")
        choice = screen.message
        # when a reorg takes the alert back while the choice is open
        await outbox.retract(alert)
        await place.telegram.wait_for_messages(chat, 1, DEADLINE, "Taken back by a reorg")
        assert screen.captions == BASE[:3]  # nobody is to be watched for it any more
        # then what was on the screen still does what it says
        notice = await tapped(screen, choice, "🔕 8 h")
        assert "Muted until" in (notice or "")
        assert screen.captions == ["Explorer", "🔔 Unmute", "Threshold"]
        assert "Taken back" in screen.text
        assert "older version" in (await tapped(screen, message, BASE[3]) or "")
        # and back
        await outbox.bring_back(alert)
        await until(lambda: sent(told, EventKind.EDITED, 2))
    assert screen.captions == ["Explorer", "🔔 Unmute", *BASE[2:]]
    assert "Taken back" not in screen.text


async def test_a_confirmation_keeps_the_keyboard(place: Place, outbox: Outbox) -> None:
    chat = place.telegram.create_private_chat(place.owner.id).id
    await outbox.chat(chat)
    await outbox.alert(await outbox.watch(chat, "Cold"))
    async with telling(place) as told:
        (message,) = await place.telegram.wait_for_messages(chat, 1, DEADLINE, "Received")
        await until(lambda: sent(told, EventKind.SENT, 1))
        await outbox.settle(20_000_001)
        await place.telegram.wait_for_messages(chat, 1, DEADLINE, "confirmed")
    screen = Screen(place, chat, message.message_id, place.owner)
    assert screen.captions == BASE


async def test_a_week_old_alert_of_a_watch_that_is_gone(place: Place, outbox: Outbox) -> None:
    screen = await told_of(place, outbox)
    before = screen.message
    async with place.context.database.write() as connection:
        await watches.remove(connection, (await screen.watch()).id)
    for caption in ("Threshold", "🔕 Mute"):
        assert "gone already" in (await tapped(screen, before, caption) or "")
    assert screen.captions == ["Explorer", "👁 Watch Burn address", "👁 Watch Binance 14"]
    await screen.tap("👁 Watch Burn address")
    (watch,) = await place.watches(screen.chat)
    assert watch.address == WALLET


async def test_an_alert_that_is_forgotten_or_anothers_says_so(place: Place, outbox: Outbox) -> None:
    screen = await told_of(place, outbox)
    bob = place.telegram.create_private_chat(place.member.id).id
    (watch,) = await place.watches(screen.chat)
    theirs = Screen(place, bob, (await place.say(bob, "/list")).message_id, place.member)
    for act in ("m", "t", "o", "u", "f"):
        for number in (1, 9999):
            forged = replace(
                theirs.message.revisions[-1],
                reply_markup={
                    "inline_keyboard": [
                        [{"text": "x", "callback_data": f"ua:{number}:{act}:{watch.id}:0"}]
                    ]
                },
            )
            message = replace(theirs.message, revisions=(forged,))
            assert "don't remember that alert" in (await tapped(theirs, message, "x") or "")
    assert await place.watches(screen.chat) == [watch]


async def test_in_a_group_administrators_tap_and_in_a_channel_nobody(
    place: Place, outbox: Outbox
) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id)).id
    channel = place.telegram.create_channel("Channel", members=(place.owner.id,)).id
    for chat, kind in ((group, ChatKind.SUPERGROUP), (channel, ChatKind.CHANNEL)):
        await outbox.chat(chat, kind)
        await outbox.alert(await outbox.watch(chat, "Cold"))
    async with telling(place):
        (in_group,) = await place.telegram.wait_for_messages(group, 1, DEADLINE, "Received")
        (in_channel,) = await place.telegram.wait_for_messages(channel, 1, DEADLINE, "Received")
    assert [one["text"] for one in in_channel.buttons] == ["Explorer"]
    screen = Screen(place, group, in_group.message_id, place.owner)
    assert screen.captions == BASE
    for caption in BASE[1:]:
        assert "Only administrators" in (await screen.tap(caption, by=place.member) or "")
    # two administrators at once, and one of them twice
    place.telegram.set_member_status(group, place.member.id, "administrator")
    await place.context.redis.delete(f"rights:{group}:{place.member.id}")
    await screen.tap("🔕 Mute", by=place.member)
    taps = [
        place.telegram.tap(group, screen.message_id, text=caption, user_id=person.id)
        for caption, person in (
            ("🔕 8 h", place.owner), ("🔕 1 h", place.member), ("🔕 1 h", place.member)
        )
    ]  # fmt: skip
    for one in taps:
        said = (await place.telegram.wait_for_answer(one.id, DEADLINE)).answer_text
        assert "1. Cold: Muted until" in (said or "")
    assert screen.captions == ["Explorer", "🔔 Unmute", *BASE[2:]]


async def sent(told: Told, kind: EventKind, count: int) -> bool:
    return told.count(kind) >= count
