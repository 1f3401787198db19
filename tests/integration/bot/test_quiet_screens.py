"""/quiet and /digest, by their commands and by every one of their buttons."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.keyboards.quiet import _ZONES
from data.model import Chat, ChatKind, DigestEvery, Priority, Quiet
from data.queries import alerts, chats
from tests.contract.samples import movement, ref, stored

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message
    from tests.integration.bot.conversation import Conversation
    from tests.integration.bot.place import Place

NIGHT = Quiet(23 * 60, 7 * 60)


async def chat_of(place: Place | Conversation, chat_id: int) -> Chat:
    async with place.context.database.read() as connection:
        chat = await chats.get(connection, chat_id)
    assert chat is not None
    return chat


async def set_zone(place: Place | Conversation, chat_id: int, zone: str | None) -> None:
    async with place.context.database.write() as connection:
        await chats.set_time_zone(connection, chat_id, zone)


def shown(place: Place, message: Message) -> Message:
    return place.telegram.world.messages.get(message.chat_id, message.message_id)


def captions(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_hours_are_set_in_one_line_and_shown_in_the_chats_time(talk: Conversation) -> None:
    said = await talk.say("/quiet 23:00-07:00 10x Europe/Berlin")

    assert "Quiet from 23:00 to 07:00" in said
    assert "What reaches 10× its watch's threshold comes at once" in said
    assert "Berlin, where it is 13:00 CET now" in said
    chat = await chat_of(talk, talk.chat)
    assert chat.quiet == Quiet(23 * 60, 7 * 60, 10)
    assert chat.time_zone == "Europe/Berlin"


async def test_the_zone_is_remembered_and_what_comes_through_as_well(talk: Conversation) -> None:
    await talk.say("/quiet 23-7 100x Tokyo")
    assert "Quiet from 22:00 to 06:30" in await talk.say("/quiet 10pm-6:30am")

    chat = await chat_of(talk, talk.chat)
    assert (chat.quiet, chat.time_zone) == (Quiet(22 * 60, 390, 100), "Asia/Tokyo")
    assert "No quiet hours" in await talk.say("/quiet off")
    assert (await chat_of(talk, talk.chat)).time_zone == "Asia/Tokyo"


async def test_who_names_no_zone_is_asked_for_it_and_quiet_all_the_same(
    talk: Conversation,
) -> None:
    said = await talk.say("/quiet 23-7")

    assert "What time is it where you are?" in said
    assert (await chat_of(talk, talk.chat)).quiet == NIGHT
    said, _ = await talk.tap("13:00 · Berlin")
    assert "where it is 13:00 CET now" in said
    assert (await chat_of(talk, talk.chat)).time_zone == "Europe/Berlin"


async def test_what_may_be_several_places_is_asked_with_buttons(talk: Conversation) -> None:
    said = await talk.say("/quiet 23-7 CST")

    assert "Which of these do you mean by “cst”?" in said
    said, _ = await talk.tap("Shanghai")
    assert "20:00 CST" in said
    assert (await chat_of(talk, talk.chat)).time_zone == "Asia/Shanghai"


async def test_a_place_that_nobody_knows_changes_nothing(talk: Conversation) -> None:
    assert "I don't know where “mordor” is" in await talk.say("/quiet 23-7 Mordor")
    assert (await chat_of(talk, talk.chat)).quiet is None


async def test_digests_are_set_in_one_line(talk: Conversation) -> None:
    assert "A digest every day at 08:30" in await talk.say("/digest daily 8:30am Berlin 10x")
    chat = await chat_of(talk, talk.chat)
    assert (chat.digest, chat.digest_at, chat.digest_times) == (DigestEvery.DAY, 510, 10)
    assert "A digest every hour" in await talk.say("/digest hourly")
    assert "No digest" in await talk.say("/digest off")
    assert "A digest every day at 08:30" in await talk.say("/digest daily")


async def test_times_are_in_the_chats_zone_once_it_has_one(talk: Conversation) -> None:
    await talk.say("/quiet 23-7 Kolkata")

    assert "muted until 19:30 IST" in await talk.say("/mute 2h")
    assert "muted until 19:30 IST" in await talk.say("/mute")
    await talk.say("/unmute")
    await set_zone(talk, talk.chat, None)
    assert "muted until 14:00 UTC" in await talk.say("/mute 2h")


async def test_a_change_tells_at_once_what_waited_where_nothing_holds_it_any_more(
    talk: Conversation,
) -> None:
    # given an alert that is kept for the morning
    await talk.say("/quiet 11-23 UTC")
    async with talk.context.database.write() as connection:
        (moved,) = await stored(connection, movement(1, block=ref(100)))
        new = alerts.NewAlert(talk.chat, 0, moved, 1, (), Priority.WATCH)
        await alerts.write(connection, [new], talk.now)
        (alert,) = await alerts.pending(connection, talk.chat, 10)
        await alerts.defer(connection, [alert.id], talk.now + timedelta(hours=11))
    assert "🌙 Kept for the digest of 23:00 UTC" in await talk.say("/history")
    assert "kept for this chat's digest" in await talk.say(f"/why 0x{moved.tx_hash.hex()}")
    for words, due in (
        ("/quiet 11-22", talk.now + timedelta(hours=10)),
        ("/quiet 13-22", talk.now),
        ("/digest daily 9:00", talk.now + timedelta(hours=21)),
        ("/digest hourly", talk.now + timedelta(hours=10)),
        ("/quiet off", talk.now + timedelta(hours=1)),
        ("/digest off", talk.now),
    ):
        # when
        await talk.say(words)
        # then
        async with talk.context.database.read() as connection:
            assert await alerts.next_digest(connection, talk.chat) == due, words
        assert (await chat_of(talk, talk.chat)).digest_due == due, words


async def test_questions_are_answered_in_words(talk: Conversation) -> None:
    await talk.say("/quiet 23-7 Berlin")
    await talk.say("/quiet")
    await talk.tap("Other hours")
    assert "as hours" in await talk.say("sometime")
    assert "Quiet from 21:00 to 05:00" in await talk.say("9pm-5am")
    await talk.say("/digest")
    await talk.tap("Another time")
    assert "There is no 13 pm" in await talk.say("13pm")
    assert "every day at 06:15" in await talk.say("6:15")
    await talk.say("/digest")
    await talk.tap("Time zone")
    await talk.tap("Another place")
    assert "I don't know where" in await talk.say("Mordor")
    assert "Which of these" in await talk.say("Indonesia")
    said, _ = await talk.tap("Jakarta")
    assert "A digest every day" in said
    assert (await chat_of(talk, talk.chat)).time_zone == "Asia/Jakarta"


@pytest.mark.parametrize(
    "data", ["qh:hrs:0", "qh:tms:10", "dg:day:1440", "dg:tms:10", "zn:q:Europe/Atlantis"]
)
async def test_a_button_that_was_made_up_or_came_too_late_changes_nothing(
    talk: Conversation, data: str
) -> None:
    before = await talk.say("/help") and await chat_of(talk, talk.chat)
    _, said = await talk.tap_data(data)
    assert said == "This button is from an older version: send the command again."
    assert await chat_of(talk, talk.chat) == before


async def test_every_button_of_the_quiet_screen_does_what_it_says(place: Place) -> None:
    ada = place.telegram.create_private_chat(place.owner.id).id
    screen = await place.say(ada, "/quiet")
    tried = set()

    async def tap(caption: str) -> Message:
        tried.add(caption.removesuffix(" ✓"))
        await place.tap(screen, caption, place.owner)
        return shown(place, screen)

    # the first choice asks for the time zone; each zone is one
    await tap("23:00–07:00")
    assert (await chat_of(place, ada)).quiet == NIGHT
    assert "What time is it where you are?" in shown(place, screen).text
    offered = captions(shown(place, screen))
    assert len(offered) == len(_ZONES) + 3
    for position, zone in enumerate([*_ZONES, "UTC"]):
        await tap(offered[position])
        assert (await chat_of(place, ada)).time_zone == zone
        assert "Quiet from 23:00 to 07:00" in shown(place, screen).text
        await tap("🌍 Time zone")
        offered = captions(shown(place, screen))
    await tap("‹ Back")
    for caption, hours in (
        ("22:00–07:00", Quiet(22 * 60, 7 * 60)),
        ("00:00–08:00", Quiet(0, 8 * 60)),
        ("≥ 10×", Quiet(0, 8 * 60, 10)),
        ("≥ 100×", Quiet(0, 8 * 60, 100)),
        ("23:00–07:00", Quiet(23 * 60, 7 * 60, 100)),
        ("Nothing through", NIGHT),
    ):
        message = await tap(caption)
        assert (await chat_of(place, ada)).quiet == hours
        assert f"{caption} ✓" in captions(message)
    # twice does no harm
    await tap("23:00–07:00 ✓")
    await tap("🔔 No quiet hours")
    assert (await chat_of(place, ada)).quiet is None
    assert shown(place, screen).text.startswith("🔔 No quiet hours.")
    await tap("Other hours")
    await tap("🌍 Time zone")
    await tap("Another place")
    assert len(place.telegram.bot_messages(ada)) == 3
    places = {caption for caption in tried if " · " in caption}
    assert len(tried - places) == 11


async def test_every_button_of_the_digest_screen_does_what_it_says(place: Place) -> None:
    ada = place.telegram.create_private_chat(place.owner.id).id
    screen = await place.say(ada, "/digest")
    await set_zone(place, ada, "Europe/Berlin")
    for caption, wanted in (
        ("Daily 07:00", (DigestEvery.DAY, 420, None)),
        ("Daily 08:00", (DigestEvery.DAY, 480, None)),
        ("≥ 10×", (DigestEvery.DAY, 480, 10)),
        ("Daily 09:00", (DigestEvery.DAY, 540, 10)),
        ("Daily 18:00", (DigestEvery.DAY, 1080, 10)),
        ("Every hour", (DigestEvery.HOUR, 1080, 10)),
        ("≥ 100×", (DigestEvery.HOUR, 1080, 100)),
        ("Nothing through", (DigestEvery.HOUR, 1080, None)),
        ("No digest", (DigestEvery.OFF, 1080, None)),
    ):
        await place.tap(screen, caption, place.owner)
        chat = await chat_of(place, ada)
        assert (chat.digest, chat.digest_at, chat.digest_times) == wanted
        if caption != "No digest":
            assert f"{caption} ✓" in captions(shown(place, screen))
    await place.tap(screen, "🌍 Time zone", place.owner)
    await place.tap(screen, "‹ Back", place.owner)
    assert shown(place, screen).text.startswith("📊 No digest.")
    await place.tap(screen, "Another time", place.owner)
    (asked,) = await place.telegram.wait_for_messages(ada, 1, 30, None, screen.message_id)
    assert "At what time" in asked.text


async def test_two_administrators_at_the_same_keyboard_see_what_holds(place: Place) -> None:
    # given a group with two of them
    telegram = place.telegram
    group = telegram.create_supergroup("Whales", (place.owner.id, place.member.id))
    telegram.set_member_status(group.id, place.member.id, "administrator")
    await place.telegram.wait_for_messages(group.id)  # it greets
    screen = await place.say(group.id, "/quiet", place.owner)
    await set_zone(place, group.id, "Europe/Berlin")
    # when both tap at once
    await asyncio.gather(
        place.tap(screen, "23:00–07:00", place.owner),
        place.tap(screen, "22:00–07:00", place.member),
    )
    # then the screen, once somebody looks again, says what is in the database
    chat = await chat_of(place, group.id)
    assert chat.kind is ChatKind.SUPERGROUP
    assert chat.quiet in (NIGHT, Quiet(22 * 60, 7 * 60))
    again = await place.say(group.id, "/quiet", place.member)
    ticked = [caption for caption in captions(again) if "–" in caption and "✓" in caption]
    assert chat.quiet is not None
    begins = f"{chat.quiet.begins // 60}:00"
    assert ticked == [f"{begins}–07:00 ✓"]


async def test_a_member_may_not_change_them(place: Place) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id))
    await place.telegram.wait_for_messages(group.id)  # it greets
    screen = await place.say(group.id, "/quiet", place.owner)

    said = await place.tap(screen, "23:00–07:00", place.member)

    assert said is not None
    assert "Only administrators" in said
    assert (await chat_of(place, group.id)).quiet is None


async def test_a_keyboard_of_last_week_still_does_what_it_says(talk: Conversation) -> None:
    await talk.say("/quiet 23-7 Berlin")
    await talk.say("/quiet off")
    talk.later(timedelta(days=8))

    said, _ = await talk.tap_data(f"qh:hrs:{22 * 60 * 1440 + 420}")

    assert "Quiet from 22:00 to 07:00" in said
