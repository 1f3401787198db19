"""While a channel is set up from a private chat: what is about the private chat itself stays so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from aiogram.methods import EditMessageText

from data.model import ChatKind
from data.queries import chats, messages, pursuits
from data.redis import rights
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
    assert "📢" not in await talk.say(TX)
    text, _ = await talk.tap("Follow")

    assert "📢" not in text
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
