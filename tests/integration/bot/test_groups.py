"""Groups, forums and channels: who may change what, where alerts go, and how one is set up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from redis.asyncio import Redis

from bot.context import Context
from bot.dispatcher import make_dispatcher
from bot.polling import Polling
from data.chains import known_chains
from data.database import Database
from data.labels import curated_labels
from data.model import ChatState, Watch
from data.queries import chats, watches
from data.redis import rights
from data.settings import load_settings
from sandbox.telegram import Limits, TelegramSandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.users import User

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
OTHER = "0x28C6c06298d514Db089934071355E5743bf21d60"
ONLY_ADMINISTRATORS = "Only administrators"
DEADLINE = 30.0


@dataclass
class Place:
    """A Telegram with the bot in it, which an owner and a member talk to."""

    telegram: TelegramSandbox
    context: Context
    owner: User
    member: User

    async def say(
        self, chat: int, text: str, by: User | None = None, topic: int | None = None
    ) -> Message:
        """The one answer to a message."""
        said = self.telegram.send_text(
            chat, text, user_id=None if by is None else by.id, topic_id=topic
        )
        (answer,) = await self.telegram.wait_for_messages(chat, 1, DEADLINE, None, said.message_id)
        return answer

    async def is_silent(self, chat: int, text: str, by: User | None = None) -> bool:
        """Whether nothing is answered; a command in a private chat says when it would have been."""
        before = len(self.telegram.bot_messages(chat))
        self.telegram.send_text(chat, text, user_id=None if by is None else by.id)
        stranger = self.telegram.create_user("Somebody")
        await self.say(self.telegram.create_private_chat(stranger.id).id, "/help")
        return len(self.telegram.bot_messages(chat)) == before

    async def tap(self, message: Message, text: str, by: User) -> str | None:
        """The notice that the tap got; None for none."""
        tapped = self.telegram.tap(message.chat_id, message.message_id, text=text, user_id=by.id)
        return (await self.telegram.wait_for_answer(tapped.id, DEADLINE)).answer_text

    async def watches(self, chat: int) -> list[Watch]:
        async with self.context.database.read() as connection:
            return await watches.of_chat(connection, chat)


@asynccontextmanager
async def answering(telegram: TelegramSandbox, context: Context) -> AsyncIterator[None]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    bot = Bot(telegram.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    stopping = asyncio.Event()
    polling = Polling(bot, make_dispatcher(context), context.redis, context.clock, first_wait=0.05)
    running = asyncio.create_task(polling.run(stopping))
    try:
        await telegram.wait_for_polling(DEADLINE)
        yield
    finally:
        stopping.set()
        await running
        await bot.session.close()


@pytest.fixture
async def place(database: Database, redis: Redis) -> AsyncIterator[Place]:
    context = Context(
        database=database,
        redis=redis,
        settings=load_settings(_env_file=None),
        chains=(known_chains()["ethereum"], known_chains()["bsc"]),
        labels=curated_labels(),
        clock=lambda: datetime.now(UTC),
    )
    async with TelegramSandbox(limits=Limits.none()) as telegram:
        owner, member = telegram.create_user("Ada"), telegram.create_user("Bob")
        async with answering(telegram, context):
            yield Place(telegram, context, owner, member)


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
    answer = await place.say(own, "/channels")
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
