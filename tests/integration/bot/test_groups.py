"""Groups, forums and channels: who may change what, where alerts go, and how one is set up."""

from __future__ import annotations

import asyncio

from data.model import ChatState
from data.queries import chats
from data.redis import rights
from tests.integration.bot.place import DEADLINE, Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
OTHER = "0x28C6c06298d514Db089934071355E5743bf21d60"
ONLY_ADMINISTRATORS = "Only administrators"


async def a_group(place: Place, **more: object) -> int:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id), **more)
    await place.telegram.wait_for_messages(group.id, 1, DEADLINE)
    return group.id


async def test_a_group_is_greeted_once_and_an_administrator_sets_it_up(place: Place) -> None:
    group = await a_group(place)
    place.telegram.set_bot_status(group, "administrator")

    answer = await place.say(group, f"/watch {VITALIK} $50k", place.owner)

    assert "Now watching" in answer.text
    (watch,) = await place.watches(group)
    assert (watch.chat_id, watch.topic_id) == (group, 0)
    greetings = [m for m in place.telegram.bot_messages(group) if "Hello" in m.text]
    assert len(greetings) == 1


async def test_a_member_reads_and_changes_nothing(place: Place) -> None:
    group = await a_group(place)
    await place.say(group, f"/watch {VITALIK}", place.owner)

    for command in (f"/watch {OTHER}", "/whales ethereum $5m", "/unwatch 1", "/mute 1h"):
        assert ONLY_ADMINISTRATORS in (await place.say(group, command, place.member)).text
    shown = await place.say(group, "/list", place.member)
    assert "Status" in (await place.say(group, "/status", place.member)).text

    assert len(await place.watches(group)) == 1
    button = next(one["text"] for one in shown.buttons)
    assert ONLY_ADMINISTRATORS in (await place.tap(shown, button, place.member) or "")
    assert await place.tap(shown, button, place.owner) is None
    opened = place.telegram.bot_messages(group)[-2]
    assert "number 1" in opened.text
    assert ONLY_ADMINISTRATORS in (await place.tap(opened, "Remove", place.member) or "")


async def test_who_is_made_an_administrator_is_one_a_minute_later(place: Place) -> None:
    group = await a_group(place)
    assert ONLY_ADMINISTRATORS in (await place.say(group, "/mute 1h", place.member)).text
    place.telegram.set_member_status(group, place.member.id, "administrator")
    assert ONLY_ADMINISTRATORS in (await place.say(group, "/mute 1h", place.member)).text

    redis = place.context.redis
    key = f"rights:{group}:{place.member.id}"
    assert 0 < await redis.ttl(key) <= rights.REMEMBERED_SECONDS
    await redis.delete(key)

    assert "is muted" in (await place.say(group, "/mute 1h", place.member)).text


async def test_an_anonymous_administrator_is_one(place: Place) -> None:
    group = await a_group(place)
    said = place.telegram.send_text(group, f"/watch {VITALIK}", as_chat=group)
    (answer,) = await place.telegram.wait_for_messages(group, 1, DEADLINE, None, said.message_id)
    assert "Now watching" in answer.text

    channel = place.telegram.create_channel("Elsewhere", members=(place.member.id,))
    said = place.telegram.send_text(group, f"/watch {OTHER}", as_chat=channel.id)
    (answer,) = await place.telegram.wait_for_messages(group, 1, DEADLINE, None, said.message_id)
    assert ONLY_ADMINISTRATORS in answer.text


async def test_what_is_said_to_others_is_not_answered(place: Place) -> None:
    group = await a_group(place)
    place.telegram.set_bot_status(group, "administrator")  # it hears everything now
    for text in ("/list@other_bot", "hello", VITALIK, "/no_such_command", f"see {OTHER}"):
        assert await place.is_silent(group, text, place.member)
    answer = await place.say(group, "/no_such_command@spyhop_sandbox_bot", place.member)
    assert "I don't know" in answer.text
    answer = await place.say(group, "/channels@spyhop_sandbox_bot", place.owner)
    assert "private chat" in answer.text


async def test_alerts_go_to_the_topic_in_which_the_watch_was_made(place: Place) -> None:
    group = await a_group(place, topics=("Whales", "Exchanges"))
    one, other = place.telegram.world.chats.get(group).topics

    for topic in (one, other):
        answer = await place.say(group, f"/watch {VITALIK}", place.owner, topic)
        assert "Now watching" in answer.text
        assert answer.topic_id == topic
        await place.say(group, "/whales ethereum $5m", place.owner, topic)
    assert "already" in (await place.say(group, f"/watch {VITALIK}", place.owner, one)).text
    await place.say(group, "/whales ethereum off", place.owner, other)

    found = sorted((watch.topic_id, watch.is_feed) for watch in await place.watches(group))
    assert found == [(one, False), (one, True), (other, False)]


async def test_a_channel_is_set_up_from_the_private_chat_of_who_added_the_bot(place: Place) -> None:
    own = place.telegram.create_private_chat(place.owner.id).id
    channel = place.telegram.create_channel("Whale <Watch>", members=(place.owner.id,)).id
    (told,) = await place.telegram.wait_for_messages(own, 1, DEADLINE)
    assert "I am in Whale <Watch> now" in told.text
    assert place.telegram.bot_messages(channel) == []

    await place.tap(told, "Whale <Watch>", place.owner)
    answer = await place.say(own, f"/watch {VITALIK} $50k")
    assert answer.text.startswith("📢 Whale <Watch>\n\nNow watching")
    assert [watch.chat_id for watch in await place.watches(channel)] == [channel]
    assert await place.watches(own) == []
    # posts are not commands
    assert await place.is_silent(channel, f"/watch {OTHER}")

    assert "about this chat again" in (await place.say(own, "/done")).text
    answer = await place.say(own, f"/watch {OTHER}")
    assert answer.text.startswith("Now watching")
    assert len(await place.watches(own)) == len(await place.watches(channel)) == 1
    assert await place.is_silent(channel, "/list")


async def test_a_channels_keyboard_changes_that_channel_and_nothing_else(
    place: Place,
) -> None:
    # given the hours of two channels
    own = place.telegram.create_private_chat(place.owner.id).id
    shown = {}
    for name in ("Whales & <Co>", "Fish"):
        place.telegram.create_channel(name, members=(place.owner.id,))
        (told,) = await place.telegram.wait_for_messages(own, 1, DEADLINE, f"I am in {name} now")
        await place.tap(told, name, place.owner)
        shown[name] = await place.say(own, "/quiet")
    # when both are tapped while one of them is set up, and one when none is any more
    await place.tap(shown["Whales & <Co>"], "23:00–07:00", place.owner)
    await place.tap(shown["Fish"], "23:00–07:00", place.owner)
    await place.say(own, "/done")
    for caption in ("‹ Back", "00:00–08:00"):
        await place.tap(shown["Whales & <Co>"], caption, place.owner)
    # then each has what was tapped under its name
    async with place.context.database.read() as connection:
        (fish, whales) = await chats.added_by(connection, place.owner.id)
        mine = await chats.get(connection, own)
    assert mine is not None
    assert mine.quiet is None
    assert whales.quiet is not None
    assert whales.quiet.begins == 0
    assert fish.quiet is not None
    assert fish.quiet.begins == 23 * 60


async def test_who_lost_their_rights_in_a_channel_sets_it_up_no_more(place: Place) -> None:
    own = place.telegram.create_private_chat(place.owner.id).id
    channel = place.telegram.create_channel("Whales", members=(place.owner.id,)).id
    (told,) = await place.telegram.wait_for_messages(own, 1, DEADLINE)
    await place.tap(told, "Whales", place.owner)
    place.telegram.set_member_status(channel, place.owner.id, "member")
    await place.context.redis.delete(f"rights:{channel}:{place.owner.id}")

    assert "no rights any more" in (await place.say(own, f"/watch {VITALIK}")).text
    answer = await place.say(own, f"/watch {VITALIK}")

    assert answer.text.startswith("Now watching")
    assert await place.watches(channel) == []
    listed = await place.say(own, "/channels")
    assert "no administrator" in (await place.tap(listed, "Whales", place.owner) or "")
    assert await rights.acts_for(place.context.redis, place.owner.id) is None


async def test_without_the_right_to_post_the_adder_is_told_so(place: Place) -> None:
    own = place.telegram.create_private_chat(place.owner.id).id
    channel = place.telegram.create_channel("Whales", None, (place.owner.id,), "member")
    (told,) = await place.telegram.wait_for_messages(own, 1, DEADLINE)
    assert "may not post" in told.text

    assert "brought me into no group" in (await place.say(own, "/channels")).text
    place.telegram.set_bot_status(channel.id, "administrator")
    async with asyncio.timeout(DEADLINE):
        # what is said of the channel and what is said here are heard side by side
        while not (answer := await place.say(own, "/channels")).buttons:
            pass
    assert [one["text"] for one in answer.buttons] == ["Whales"]


async def test_leaving_and_coming_back_keeps_the_watches(place: Place) -> None:
    group = await a_group(place)
    await place.say(group, f"/watch {VITALIK}", place.owner)
    place.telegram.set_bot_status(group, "kicked")
    place.telegram.set_bot_status(group, "member")
    await place.telegram.wait_for_messages(group, 2, DEADLINE, "Hello")

    async with place.context.database.read() as connection:
        chat = await chats.get(connection, group)
    assert chat is not None
    assert (chat.state, chat.title, chat.added_by) == (ChatState.ACTIVE, "Whales", place.owner.id)
    assert len(await place.watches(group)) == 1
