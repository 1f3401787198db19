"""The pages of a list of alerts: real updates in, edits out, in private chats and in groups."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage

from bot.delivery.rate_limiter import limits_of
from data.model import ChatKind
from data.queries import alerts, messages
from data.redis.limiter import Limiter
from tests.integration.bot.conversation import CHAT, Conversation, assert_well_set, message_in
from tests.integration.bot.delivery.outbox import Outbox

GROUP = -1001
UNDER = 500
"""Telegram's id of the message with the list."""


@pytest.fixture
async def outbox(talk: Conversation) -> Outbox:
    outbox = Outbox(talk.context.database)
    await outbox.chat(CHAT)
    await outbox.chat(GROUP, ChatKind.SUPERGROUP)
    return outbox


async def told(talk: Conversation, outbox: Outbox, chat: int, count: int = 25) -> int:
    """A list that was sent; our id of its message."""
    watch = await outbox.watch(chat)
    ids = [(await outbox.alert(watch, 100 + n)).id for n in range(count)]
    async with talk.context.database.write() as connection:
        message = await messages.record(connection, chat, 0, UNDER, talk.now)
        await alerts.sent(connection, ids, message)
    return message


async def tap(
    talk: Conversation, chat: int, data: str, under: int = UNDER, date: int | None = None
) -> tuple[list[Any], str | None]:
    """What was said and shown after a tap, and what the button itself tells."""
    kind = "private" if chat > 0 else "supergroup"
    message = message_in(chat, "…", under, kind=kind).model_dump()
    if date is not None:
        message = {"message_id": under, "date": date, "chat": {"id": chat, "type": kind}}
    query = {
        "id": "1",
        "from": {"id": 8, "is_bot": False, "first_name": "Anybody"},
        "chat_instance": "1",
        "message": message,
        "data": data,
    }
    *shown, answered = await talk.feed(callback_query=query)
    assert isinstance(answered, AnswerCallbackQuery)
    for call in shown:
        assert_well_set(call.text, call.reply_markup)
    return shown, answered.text


def captions(call: Any) -> list[str]:
    ((*buttons,),) = call.reply_markup.inline_keyboard
    return [button.text for button in buttons]


@pytest.mark.parametrize("chat", [CHAT, GROUP])
async def test_pages_stand_in_place_of_each_other(
    talk: Conversation, outbox: Outbox, chat: int
) -> None:
    await told(talk, outbox, chat)
    # when
    ((second,), _) = await tap(talk, chat, "a:0:1")
    # then
    assert isinstance(second, EditMessageText)
    assert (second.chat_id, second.message_id) == (chat, UNDER)
    assert second.text.startswith("🐋 <b>25 alerts</b> on Ethereum, page 2 of 3")
    assert "11. " in second.text
    assert "Received 114 ETH" in second.text
    assert captions(second) == ["‹ 1", "3 ›"]
    # when
    ((third,), _) = await tap(talk, chat, second.reply_markup.inline_keyboard[0][1].callback_data)
    # then
    assert "25. " in third.text
    assert captions(third) == ["« 1", "‹ 2"]
    # when
    ((first,), _) = await tap(talk, chat, third.reply_markup.inline_keyboard[0][0].callback_data)
    # then
    assert "the largest first" in first.text
    assert captions(first) == ["15 more ›"]


async def test_what_was_taken_back_is_struck_through_on_its_page(
    talk: Conversation, outbox: Outbox
) -> None:
    await told(talk, outbox, CHAT)
    smallest = (await outbox.alerts(CHAT))[0]
    await outbox.retract(smallest)
    ((last,), _) = await tap(talk, CHAT, "a:0:2")
    assert "<s>25. " in last.text
    assert last.text.endswith("<s>Struck through</s>: taken back by a reorganisation of the chain")


async def test_a_page_beyond_the_end_is_the_last(talk: Conversation, outbox: Outbox) -> None:
    await told(talk, outbox, CHAT)
    ((shown,), _) = await tap(talk, CHAT, "a:0:999")
    assert "page 3 of 3" in shown.text


async def test_a_list_that_was_forgotten_says_so(talk: Conversation, outbox: Outbox) -> None:
    shown, said = await tap(talk, CHAT, "a:0:1")
    assert shown == []
    assert said is not None
    assert "don't remember" in said


async def test_another_chats_list_cannot_be_had(talk: Conversation, outbox: Outbox) -> None:
    message = await told(talk, outbox, GROUP)
    shown, said = await tap(talk, CHAT, f"a:{message}:1")
    assert shown == []
    assert said is not None


async def test_a_message_too_old_to_be_edited_is_paged_beneath(
    talk: Conversation, outbox: Outbox
) -> None:
    message = await told(talk, outbox, CHAT)
    # when
    ((beneath,), _) = await tap(talk, CHAT, "a:0:1", date=0)
    # then
    assert isinstance(beneath, SendMessage)
    assert "page 2 of 3" in beneath.text
    # and goes on there, where Telegram knows it by another id
    data = beneath.reply_markup.inline_keyboard[0][0].callback_data
    assert data == f"a:{message}:0@"
    ((edited,), _) = await tap(talk, CHAT, data, under=777)
    assert isinstance(edited, EditMessageText)
    assert edited.message_id == 777
    assert captions(edited) == ["2 ›", "3 »"]


async def test_an_edit_that_telegram_refuses_is_said_beneath(
    talk: Conversation, outbox: Outbox
) -> None:
    await told(talk, outbox, CHAT)
    talk.session.replies.append(
        TelegramBadRequest(EditMessageText(text="…"), "Bad Request: message can't be edited")
    )
    (refused, beneath), _ = await tap(talk, CHAT, "a:0:1")
    assert isinstance(refused, EditMessageText)
    assert isinstance(beneath, SendMessage)


async def test_pages_leave_the_rest_of_a_groups_minute_to_alerts(
    talk: Conversation, outbox: Outbox
) -> None:
    # given
    await told(talk, outbox, GROUP)
    limiter = Limiter(talk.context.redis, limits_of(talk.context.settings))
    async with asyncio.timeout(30):
        while (await limiter.used(GROUP))[0] < 16:  # noqa: ASYNC110 - the bot's own rate ends a wait
            await asyncio.sleep(await limiter.take(GROUP, by_log=True) / 1_000_000)
    # when
    shown, said = await tap(talk, GROUP, "a:0:1")
    # then
    assert shown == []
    assert said is not None
    assert "20 messages a minute" in said


async def test_a_reorg_in_the_same_moment_does_not_leave_an_older_page_behind(
    talk: Conversation, outbox: Outbox
) -> None:
    # given
    await told(talk, outbox, CHAT)
    largest = (await outbox.alerts(CHAT))[-1]
    real = talk.session.make_request
    edits: list[str] = []

    async def racing(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, EditMessageText):
            edits.append(method.text)
            if len(edits) == 1:
                await outbox.retract(largest)
        return await real(bot, method, timeout)

    talk.session.make_request = racing  # type: ignore[method-assign]
    # when
    await tap(talk, CHAT, "a:0:0")
    # then
    assert "<s>1. " not in edits[0]
    assert "<s>1. " in edits[1]
    assert len(edits) == 2
