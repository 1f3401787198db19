"""While a channel is set up from a private chat: what is about the private chat itself stays so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from aiogram.methods import AnswerCallbackQuery, EditMessageText

from bot.buttons.history import HistoryAct, HistoryButton
from bot.buttons.names import NamesPageButton
from bot.buttons.places import DoneButton, PlaceButton
from bot.buttons.quiet import QuietAct, QuietButton
from bot.buttons.watch import PageButton
from bot.dispatcher import make_dispatcher
from data.model import ChatKind, Level
from data.queries import chats, levels, messages, pursuits
from data.redis import rights
from data.redis.connection import open_redis
from tests.integration.bot.conversation import CHAT, NOW, message_in
from tests.integration.bot.delivery.outbox import Outbox
from tests.integration.bot.test_list_pages import tap, told

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

CHANNEL = -100_5
PERSON = 7
TX = "0x" + "ab" * 32


@pytest.fixture(autouse=True)
async def acting(talk: Conversation) -> None:
    """Somebody sets up a channel from here."""
    async with talk.context.database.write() as connection:
        await chats.added(
            connection, CHANNEL, ChatKind.CHANNEL, "Whales", PERSON, Decimal(100_000), NOW
        )
        await chats.added(
            connection, CHANNEL - 1, ChatKind.CHANNEL, "Fish", PERSON, Decimal(100_000), NOW
        )
    await rights.note_rights(talk.context.redis, CHANNEL, PERSON, administers=True)
    await rights.act_for(talk.context.redis, PERSON, CHANNEL)
    assert (await talk.say("/list")).startswith("📢 <b>Whales</b>")


@pytest.fixture
async def outbox(talk: Conversation) -> Outbox:
    outbox = Outbox(talk.context.database)
    await outbox.chat(CHAT)
    return outbox


async def test_a_pasted_transaction_is_followed_where_its_message_stands(
    talk: Conversation,
) -> None:
    text = await talk.say(TX)
    assert "📢" not in text
    shown, _ = await talk.tap("Follow")
    assert "📢" not in shown

    async with talk.context.database.read() as connection:
        (followed,) = await pursuits.of_chat(connection, CHAT)
        assert await pursuits.of_chat(connection, CHANNEL) == []
    assert followed.tx_hash.hex() == "ab" * 32


async def test_an_alert_that_is_replied_to_is_one_of_the_chat_where_it_stands(
    talk: Conversation, outbox: Outbox
) -> None:
    # given a list of the channel's whose number in Telegram a message here has as well
    message = await told(talk, outbox, CHANNEL)
    async with talk.context.database.read() as connection:
        under = await messages.get(connection, message)
    assert under is not None
    # when
    text = await talk.say("/why", reply_to_message=message_in(talk.chat, "…", under.telegram_id))
    # then
    assert "no alert" in text
    assert "📢" not in text


async def test_pages_of_a_list_here_do_not_begin_with_the_channels_name(
    talk: Conversation, outbox: Outbox
) -> None:
    await told(talk, outbox, CHAT)

    ((page,), _) = await tap(talk, CHAT, "a:0:1")

    assert isinstance(page, EditMessageText)
    assert page.text.startswith("🐋 <b>25 alerts</b>")


async def test_a_question_whether_to_forget_is_answered_about_the_chat_that_it_was_about(
    talk: Conversation,
) -> None:
    # given somebody who is asked about the channel, and goes back to their own chat
    await talk.say("/forget")
    forget = next(
        str(button.callback_data)
        for row in talk.keyboard().inline_keyboard
        for button in row
        if button.text.startswith("Yes")
    )
    await rights.act_for(talk.context.redis, PERSON, None)
    await talk.say("/threshold $5k")
    # when
    shown, _ = await talk.tap_data(forget)
    # then the channel is forgotten, as it stands there, and nothing here
    assert shown.startswith("📢 <b>Whales</b>")
    async with talk.context.database.read() as connection:
        own = await chats.get(connection, CHAT)
        assert await chats.get(connection, CHANNEL) is None
    assert own is not None
    assert own.default_threshold_usd == 5_000


async def test_whoever_taps_in_a_channel_turns_no_post_into_a_list(talk: Conversation) -> None:
    await rights.note_rights(talk.context.redis, CHANNEL, PERSON, administers=False)
    for data in (
        PageButton(page=0),
        NamesPageButton(page=0),
        HistoryButton(act=HistoryAct.BELOW, number=2**60),
    ):
        query = {
            "id": "1",
            "from": {"id": PERSON, "is_bot": False, "first_name": "Ada"},
            "chat_instance": "1",
            "message": message_in(CHANNEL, "an alert", 1, kind="channel").model_dump(),
            "data": data.pack(),
        }
        calls = await talk.feed(callback_query=query)

        assert [type(call) for call in calls] == [AnswerCallbackQuery]


async def test_a_question_about_a_channel_is_no_question_about_the_own_chat(
    talk: Conversation,
) -> None:
    redis = talk.context.redis
    for data in (DoneButton(), PlaceButton(chat=CHANNEL - 1), None):
        # given somebody who is asked about the channel
        for channel in (CHANNEL, CHANNEL - 1):
            await rights.note_rights(redis, channel, PERSON, administers=True)
        await rights.act_for(redis, PERSON, CHANNEL)
        ask = QuietButton(act=QuietAct.ASK).pack()
        await talk.tap_data(ask, under="📢 Whales\n\nQuiet hours")
        # when they end that by a button, go on to another one, or lose their rights
        if data is not None:
            await talk.tap_data(data.pack())
        else:
            await rights.note_rights(redis, CHANNEL, PERSON, administers=False)
            assert "no rights any more" in await talk.say("22-7")
        said = await talk.say("22-7")
        # then what they write is no answer
        assert "quiet" not in said.casefold()
    async with talk.context.database.read() as connection:
        for chat in (CHAT, CHANNEL, CHANNEL - 1):
            found = await chats.get(connection, chat)
            assert found is not None
            assert found.quiet is None


async def test_a_channel_that_a_private_bot_does_not_know_is_set_up_by_nobody(
    talk: Conversation,
) -> None:
    # given a channel of a stranger's, in which a member is an administrator as well
    settings = talk.context.settings.model_copy(update={"private_bot": True})
    talk.context = replace(talk.context, settings=settings)
    talk.dispatcher = make_dispatcher(talk.context)
    async with talk.context.database.write() as connection:
        await levels.set_level(connection, CHANNEL, Level.GUEST)
        await levels.set_level(connection, CHAT, Level.MEMBER)
    # when
    assert "no rights any more" in await talk.say("/list")
    _, notice = await talk.tap_data(PlaceButton(chat=CHANNEL).pack())
    # then
    assert "no administrator" in str(notice)
    assert await rights.acts_for(talk.context.redis, PERSON) is None


async def test_without_redis_nothing_that_may_be_meant_for_a_channel_is_done_here(
    talk: Conversation,
) -> None:
    away = open_redis("unix:///nowhere/at/all")
    object.__setattr__(talk.context, "redis", away)
    talk.dispatcher = make_dispatcher(talk.context)

    assert "cannot reach my memory" in await talk.say("/threshold $5k")
    async with talk.context.database.read() as connection:
        own = await chats.get(connection, CHAT)
    assert own is not None
    assert own.default_threshold_usd != 5_000
    await away.aclose()
