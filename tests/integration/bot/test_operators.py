"""Behind the counter: what operators see and change, and that nobody else sees any of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from redis.asyncio import Redis

from bot.context import Context
from bot.keyboards import operators as keyboards
from bot.session import Session
from data.chains import known_chains
from data.database import Database
from data.labels import curated_labels
from data.model import BroadcastState, Chat, Fault, Level, SendState
from data.queries import broadcasts, chats, levels, pauses
from data.redis import faults
from data.redis.published import ChainStatus, NodeStatus, publish
from data.settings import load_settings
from sandbox.telegram import Limits, TelegramSandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.users import FIRST_USER_ID, User
from tests.integration.bot.place import DEADLINE, Place, answering
from tests.integration.bot.test_inline import ask

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"


async def opened(database: Database, redis: Redis, **settings: object) -> Context:
    unlimited = {"commands_per_minute": 100_000, "commands_burst": 100_000}
    return Context(
        database=database,
        redis=redis,
        settings=load_settings(
            _env_file=None, **{"admin_ids": (FIRST_USER_ID,), **unlimited, **settings}
        ),
        chains=(known_chains()["ethereum"], known_chains()["bsc"]),
        labels=curated_labels(),
        clock=lambda: datetime.now(UTC),
    )


@pytest.fixture
async def counter(database: Database, redis: Redis) -> AsyncIterator[Place]:
    """A place whose owner runs the bot."""
    context = await opened(database, redis)
    async with TelegramSandbox(limits=Limits.none()) as telegram:
        owner, member = telegram.create_user("Ada"), telegram.create_user("Bob", username="bobby")
        async with answering(telegram, context):
            yield Place(telegram, context, owner, member)


@pytest.fixture
async def door(database: Database, redis: Redis) -> AsyncIterator[Place]:
    """The same, but private: the member is a stranger there."""
    context = await opened(database, redis, private_bot=True)
    async with TelegramSandbox(limits=Limits.none()) as telegram:
        owner, member = telegram.create_user("Ada"), telegram.create_user("Bob")
        async with answering(telegram, context):
            yield Place(telegram, context, owner, member)


def own(place: Place, user: User) -> int:
    return place.telegram.create_private_chat(user.id).id


async def chat_of(place: Place, chat_id: int) -> Chat:
    async with place.context.database.read() as connection:
        chat = await chats.get(connection, chat_id)
    assert chat is not None
    return chat


def now_shown(place: Place, message: Message) -> Message:
    return next(
        one
        for one in place.telegram.bot_messages(message.chat_id)
        if one.message_id == message.message_id
    )


async def follow(place: Place, message: Message, *captions: str) -> Message:
    """Tap one button after the other in the same message; what it shows in the end."""
    for caption in captions:
        message = now_shown(place, message)
        text = next(one["text"] for one in message.buttons if caption in one["text"])
        tapped = place.telegram.tap(
            message.chat_id, message.message_id, text=text, user_id=message.chat_id
        )
        await place.telegram.wait_for_answer(tapped.id, DEADLINE)
    return now_shown(place, message)


async def notice_of(place: Place, chat: int, data: str) -> str | None:
    """What a tap on a button with that data says: of a keyboard long gone, or made up."""
    session = Session(api=TelegramAPIServer.from_base(place.telegram.url))
    async with Bot(place.telegram.token, session=session) as bot:
        button = InlineKeyboardButton(text="old", callback_data=data)
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])
        message = await bot.send_message(chat, "an old message", reply_markup=keyboard)
    tapped = place.telegram.tap(chat, message.message_id, data=data, user_id=chat)
    return (await place.telegram.wait_for_answer(tapped.id, DEADLINE)).answer_text


async def test_to_anybody_else_there_is_nothing(counter: Place) -> None:
    stranger = own(counter, counter.member)
    unknown = (await counter.say(stranger, "/admim")).text
    for command in ("/admin", "/broadcast", "/ADMIN"):
        answer = (await counter.say(stranger, command)).text
        assert answer.startswith("I don't know")
        assert not counter.telegram.bot_messages(stranger)[-1].buttons
    assert "did you mean" not in unknown
    for data in ("ad:users", "ar:all:0", f"av:{FIRST_USER_ID}:set:blocked", "ac:bsc:pause"):
        assert "older version" in (await notice_of(counter, stranger, data) or "")
    async with counter.context.database.read() as connection:
        assert await pauses.all_of(connection) == {}
    group = counter.telegram.create_supergroup("Whales", (counter.owner.id,))
    await counter.telegram.wait_for_messages(group.id, 1, DEADLINE)
    assert await counter.is_silent(group.id, "/admin", counter.owner)


async def test_every_screen_has_a_way_back(counter: Place) -> None:
    desk = own(counter, counter.owner)
    home = await counter.say(desk, "/admin")
    first = now_shown(counter, home).text
    for screen in ("People", "Chats", "Queue", "Nodes", "Chains", "Errors"):
        shown = await follow(counter, home, screen)
        assert shown.text != first, screen
        if any("Anew" in one["text"] for one in shown.buttons):
            await follow(counter, home, "Anew")
        assert (await follow(counter, home, "Back")).text == first
    assert "alert" in first


async def test_somebody_is_found_blocked_and_unblocked(counter: Place) -> None:
    desk, theirs = own(counter, counter.owner), own(counter, counter.member)
    await counter.say(theirs, f"/watch {VITALIK}")
    home = await counter.say(desk, "/admin")
    people = await follow(counter, home, "People")
    assert "2 people · 2 new" in people.text

    await follow(counter, home, "Find")
    assert "find nobody" in (await counter.say(desk, "Zoe")).text
    card = await counter.say(desk, "@BOBBY")
    assert f"{theirs}" in card.text
    assert "1 watch" in card.text
    asked = await follow(counter, card, "Block")
    assert "Block Bob" in asked.text
    await follow(counter, card, "No")
    assert (await chat_of(counter, theirs)).level is Level.MEMBER
    assert "blocked" in (await follow(counter, card, "Block", "Yes")).text
    assert (await chat_of(counter, theirs)).level is Level.BLOCKED

    told = await counter.say(theirs, "/list")
    assert "closed it to you" in told.text
    for text in ("/list", "/start", VITALIK):
        assert await counter.is_silent(theirs, text)
    assert len(await counter.watches(theirs)) == 1

    assert "member" in (await follow(counter, card, "Unblock", "Yes")).text
    assert "number 1" in (await counter.say(theirs, VITALIK)).text
    assert (await chat_of(counter, theirs)).level is Level.MEMBER


async def test_owners_name_admins_and_admins_touch_neither(counter: Place) -> None:
    desk, theirs = own(counter, counter.owner), own(counter, counter.member)
    await counter.say(theirs, "/start")
    home = await counter.say(desk, "/admin")
    card = await follow(counter, home, "People", "Everybody", "Bob")
    assert "admin" in (await follow(counter, card, "Make admin", "Yes")).text
    assert (await chat_of(counter, theirs)).level is Level.ADMIN

    second = await counter.say(theirs, "/admin")
    shown = await follow(counter, second, "People", "Everybody", "Ada")
    assert "owner" in shown.text
    assert [one["text"] for one in shown.buttons] == ["‹ Back"]
    for data in (
        f"av:{counter.owner.id}:set:blocked",
        f"av:{counter.owner.id}:ask:blocked",
        f"av:{theirs}:set:member",
        f"av:{theirs}:set:owner",
        f"av:{counter.owner.id}:set:guest",
    ):
        assert "not yours" in (await notice_of(counter, theirs, data) or "")
    assert "do not know that chat" in (await notice_of(counter, theirs, "av:404:open:member") or "")
    assert (await chat_of(counter, counter.owner.id)).level is Level.MEMBER

    # an admin who is one no more has a week-old keyboard
    await follow(counter, home, "Back", "Admins", "Bob", "ordinary member", "Yes")
    assert "older version" in (await notice_of(counter, theirs, "ad:home") or "")


async def test_a_group_is_blocked_and_only_operators_are_answered_there(counter: Place) -> None:
    group = counter.telegram.create_supergroup("Whales", (counter.owner.id, counter.member.id)).id
    await counter.telegram.wait_for_messages(group, 1, DEADLINE)
    home = await counter.say(own(counter, counter.owner), "/admin")
    shown = await follow(counter, home, "Chats", "Groups and channels", "Whales", "Block", "Yes")
    assert "blocked" in shown.text
    assert (await chat_of(counter, group)).level is Level.BLOCKED

    assert "closed it to you" in (await counter.say(group, "/list", counter.member)).text
    assert await counter.is_silent(group, "/list", counter.member)
    assert "watch nothing" in (await counter.say(group, "/list", counter.owner)).text.lower()


async def test_two_operators_on_one_keyboard_and_a_double_tap(counter: Place) -> None:
    desk, theirs = own(counter, counter.owner), own(counter, counter.member)
    await counter.say(theirs, "/start")
    async with counter.context.database.write() as connection:
        await levels.set_level(connection, theirs, Level.ADMIN)
    first, second = await counter.say(desk, "/admin"), await counter.say(theirs, "/admin")
    for message in (first, second):
        await follow(counter, message, "Chains", "Let Ethereum rest")
    for message in (first, second):
        shown = await follow(counter, message, "Yes")
        assert "⏸ Ethereum: rests since" in shown.text
        assert "by the word of Ada" in shown.text
    async with counter.context.database.read() as connection:
        assert (await pauses.all_of(connection))["ethereum"].by == counter.owner.id
    assert "⏸ 1 chain rests" in (await counter.say(desk, "/admin")).text

    assert await notice_of(counter, desk, "ac:ethereum:resume") is None
    assert await notice_of(counter, desk, "ac:ethereum:resume") is None
    assert "▶️ Ethereum" in counter.telegram.bot_messages(desk)[-1].text
    assert "older version" in (await notice_of(counter, desk, "ac:dogechain:pause") or "")
    async with counter.context.database.read() as connection:
        assert await pauses.all_of(connection) == {}


async def test_nodes_queue_and_errors_are_shown_as_they_are_published(counter: Place) -> None:
    redis, now = counter.context.redis, datetime.now(UTC)
    node = NodeStatus(
        name="https://node.example/…", state="ejected", head=1_000, latency_ms=42, calls=9,
        faults=3, reason="it lies <b>often</b>",
    )  # fmt: skip
    status = ChainStatus(
        chain="ethereum", state="following", written_at=now, head=1_000, cursor=1_000,
        cursor_time=now, nodes=(node,),
    )  # fmt: skip
    await publish(redis, status)
    await faults.add(redis, [Fault("bot", "an update failed: KeyError <x>", 3, now, "a1b2c3")])
    home = await counter.say(own(counter, counter.owner), "/admin")
    assert "🐞 3 errors" in home.text

    nodes = (await follow(counter, home, "Nodes")).text
    assert "🔴 node.example/… · ejected · 1,000 · 42 ms" in nodes
    assert "it lies <b>often</b>" in nodes
    assert "BNB Smart Chain: the watcher does not run" in nodes
    errors = (await follow(counter, home, "Back", "Errors")).text
    assert "a1b2c3 · ×3" in errors
    assert "KeyError <x>" in errors
    assert "never ran" in (await follow(counter, home, "Back", "Queue")).text


async def test_what_everybody_is_to_read_is_seen_first_as_they_will(counter: Place) -> None:
    desk, theirs = own(counter, counter.owner), own(counter, counter.member)
    await counter.say(theirs, "/start")
    assert "Write what everybody" in (await counter.say(desk, "/broadcast")).text

    counter.telegram.send_text(desk, "<b>Tonight</b> &lt;off&gt;", html=True)
    preview, below = (await counter.telegram.wait_for_messages(desk, 3, DEADLINE))[-2:]
    assert preview.text == "Tonight <off>"
    assert [entity.type for entity in preview.entities] == ["bold"]
    assert "what 2 chats get" in below.text
    assert "English 2" in below.text

    assert (await counter.tap(below, "To me only", counter.owner)) == "You have it above."
    assert counter.telegram.bot_messages(desk)[-1].text == preview.text
    assert len(counter.telegram.bot_messages(theirs)) == 1
    shown = await follow(counter, below, "Send it")
    assert "Sending: 0 of 2" in shown.text
    assert await notice_of(counter, desk, "ab:1:send") is None
    assert "sent or cancelled" in (await notice_of(counter, desk, "ab:1:cancel") or "")
    assert "older version" in (await notice_of(counter, theirs, "ab:1:stop") or "")
    async with counter.context.database.read() as connection:
        assert await broadcasts.counts(connection, 1) == {SendState.WAITING: 2}

    assert "Stopped: 0 of 2" in (await follow(counter, below, "Stop")).text
    assert "Stopped" in (await follow(counter, below)).text
    assert await notice_of(counter, desk, "ab:1:stop") is None
    assert "sent or cancelled" in (await notice_of(counter, desk, "ab:77:send") or "")
    async with counter.context.database.read() as connection:
        found = await broadcasts.get(connection, 1)
    assert found is not None
    assert (found.state, found.shown_in) == (BroadcastState.STOPPED, below.message_id)


async def test_a_broadcast_is_cancelled_before_anybody_reads_it(counter: Place) -> None:
    desk = own(counter, counter.owner)
    home = await counter.say(desk, "/admin")
    await follow(counter, home, "Tell everybody")
    counter.telegram.send_text(desk, "Hello")
    below = (await counter.telegram.wait_for_messages(desk, 4, DEADLINE))[-1]
    assert "nothing was sent" in (await follow(counter, below, "Cancel")).text
    assert "sent or cancelled" in (await notice_of(counter, desk, "ab:1:send") or "")


async def test_a_stranger_is_let_in_by_an_operator(door: Place) -> None:
    desk, theirs = own(door, door.owner), own(door, door.member)
    await door.say(desk, "/start")
    assert "I have asked" in (await door.say(theirs, "/start")).text
    (request,) = [
        one for one in door.telegram.bot_messages(desk) if "wants to use this bot" in one.text
    ]
    assert "Bob" in request.text
    assert "nobody has let you in yet" in (await door.say(theirs, f"/watch {VITALIK}")).text
    assert await door.watches(theirs) == []
    assert "Waiting (1)" in str(
        (await follow(door, await door.say(desk, "/admin"), "People")).buttons
    )

    assert "Bob was let in" in (await follow(door, request, "Let in")).text
    assert "let in" in door.telegram.bot_messages(theirs)[-1].text
    assert await notice_of(door, desk, f"ai:{theirs}:0") is None
    assert (await chat_of(door, theirs)).level is Level.MEMBER
    assert "Now watching" in (await door.say(theirs, f"/watch {VITALIK}")).text


async def test_a_stranger_is_refused_and_told_once(door: Place) -> None:
    desk, theirs = own(door, door.owner), own(door, door.member)
    await door.say(desk, "/start")
    await door.say(theirs, "/start")
    request = door.telegram.bot_messages(desk)[-1]
    assert "Bob was refused" in (await follow(door, request, "Refuse")).text
    assert (await chat_of(door, theirs)).level is Level.BLOCKED
    assert "closed it to you" in (await door.say(theirs, "/start")).text
    assert await door.is_silent(theirs, "/start")


async def test_a_private_bots_group_counts_by_who_brought_it_there(door: Place) -> None:
    desk = own(door, door.owner)
    await door.say(desk, "/start")
    mine = door.telegram.create_supergroup("Mine", (door.owner.id, door.member.id)).id
    (greeting,) = await door.telegram.wait_for_messages(mine, 1, DEADLINE)
    assert "Hello" in greeting.text
    # whoever is in it may read, let in or not
    assert "Status" in (await door.say(mine, "/status", door.member)).text

    theirs = door.telegram.create_supergroup("Theirs", (door.member.id,)).id
    (said,) = await door.telegram.wait_for_messages(theirs, 1, DEADLINE)
    assert "private" in said.text
    request = door.telegram.bot_messages(desk)[-1]
    assert "Bob wants to use this bot in Theirs" in request.text
    assert await door.is_silent(theirs, "/status", door.member)
    await follow(door, request, "Let in")
    assert "Status" in (await door.say(theirs, "/status", door.member)).text


async def test_who_has_themselves_forgotten_by_a_private_bot_is_told_what_that_means(
    door: Place,
) -> None:
    # given somebody who was let in, and an owner
    desk, theirs = own(door, door.owner), own(door, door.member)
    await door.say(desk, "/start")
    await door.say(theirs, "/start")
    await follow(door, door.telegram.bot_messages(desk)[-1], "Let in")
    # when
    asked = await door.say(theirs, "/forget")
    # then
    assert "a stranger to it" in asked.text
    assert "/start asks for it" in (await follow(door, asked, "Yes, forget it")).text
    assert "asked the people" in (await door.say(theirs, "/start")).text
    # an owner stays one
    asked = await door.say(desk, "/forget")
    assert "stranger" not in asked.text
    assert "begins afresh" in (await follow(door, asked, "Yes, forget it")).text


async def test_an_admin_who_has_themselves_forgotten_is_told_that_they_are_none_then(
    counter: Place,
) -> None:
    theirs = own(counter, counter.member)
    assert "admin" not in (await counter.say(theirs, "/forget")).text
    async with counter.context.database.write() as connection:
        await levels.set_level(connection, theirs, Level.ADMIN)

    asked = await counter.say(theirs, "/forget")

    assert "an admin of this bot, and afterwards no more" in asked.text
    assert "stranger" not in asked.text


def test_nobody_but_an_owner_names_admins() -> None:
    chat = Chat(
        id=5, kind="private", state="active", default_threshold_usd=1, muted_until=None,
        created_at=datetime.now(UTC),
    )  # type: ignore[arg-type] # fmt: skip
    for reader in Level:
        for level in Level:
            given = keyboards.choices_of(reader, replace(chat, level=level), level)
            assert level not in given
            assert not given or reader in {Level.OWNER, Level.ADMIN}
            assert level is not Level.OWNER or not given
            assert reader is Level.OWNER or Level.ADMIN not in given
            assert not {Level.OWNER, Level.GUEST} & set(given)


async def test_a_private_bot_tells_strangers_nothing_inline_either(door: Place) -> None:
    asked = await ask(door, VITALIK, door.member)
    assert asked.results == ()
    assert asked.button == {"text": "This bot is private", "start_parameter": "inline"}
    assert (await ask(door, VITALIK, door.owner)).results
