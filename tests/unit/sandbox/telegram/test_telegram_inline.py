"""Inline queries and webhooks of the sandbox's Telegram, as the Bot API documents them."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from sandbox.telegram import TelegramSandbox
from sandbox.telegram.errors import SandboxError


def article(number: str = "1", title: str = "One", text: str = "<b>Hello</b>"):
    content = InputTextMessageContent(message_text=text, parse_mode="HTML")
    return InlineQueryResultArticle(id=number, title=title, input_message_content=content)


async def test_what_is_typed_comes_as_an_update(bot: Bot, sandbox: TelegramSandbox):
    ada = sandbox.create_user("Ada")
    asked = sandbox.ask_inline(ada.id, "whale")

    (update,) = await bot.get_updates()

    assert update.inline_query is not None
    assert (update.inline_query.id, update.inline_query.query) == (asked.id, "whale")
    assert update.inline_query.from_user.id == ada.id
    assert update.inline_query.chat_type == "sender"


async def test_it_is_answered_once_and_the_choice_is_sent(bot: Bot, sandbox: TelegramSandbox):
    ada = sandbox.create_user("Ada")
    chat = sandbox.create_group("Desk", (ada.id,))
    asked = sandbox.ask_inline(ada.id, "")
    button = InlineQueryResultsButton(text="More", start_parameter="more")

    await bot.answer_inline_query(
        asked.id, [article()], cache_time=5, is_personal=True, button=button
    )
    answered = await sandbox.wait_for_inline_answer(asked.id, 1)
    sent = sandbox.send_inline_result(asked.id, "1", chat.id)

    assert (answered.cache_time, answered.is_personal) == (5, True)
    assert (sent.text, sent.sender_id) == ("Hello", ada.id)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_inline_query(asked.id, [])
    with pytest.raises(SandboxError, match="offers no result"):
        sandbox.send_inline_result(asked.id, "2", chat.id)


@pytest.mark.parametrize(
    ("results", "refusal"),
    [
        ([article() for _again in range(2)], "RESULT_ID_DUPLICATE"),
        ([article(str(number)) for number in range(51)], "RESULTS_TOO_MUCH"),
        ([article("x" * 65)], "RESULT_ID_INVALID"),
        ([article(title="")], "ARTICLE_TITLE_EMPTY"),
        ([article(text="<b>")], "can't parse entities"),
        ([article(text="x" * 4097)], "message is too long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_it_is_as_strict_as_the_real_one(
    bot: Bot, sandbox: TelegramSandbox, results: list[InlineQueryResultArticle], refusal: str
):
    asked = sandbox.ask_inline(sandbox.create_user("Ada").id, "")

    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.answer_inline_query(asked.id, list(results))


async def test_a_button_leads_to_one_place(bot: Bot, sandbox: TelegramSandbox):
    asked = sandbox.ask_inline(sandbox.create_user("Ada").id, "")

    for wrong in ({"text": "x"}, {"text": "x", "start_parameter": "a b"}):
        with pytest.raises(TelegramBadRequest):
            await bot.answer_inline_query(asked.id, [], button=InlineQueryResultsButton(**wrong))


async def test_a_webhooks_secret_is_of_letters_digits_and_dashes(bot: Bot):
    with pytest.raises(TelegramBadRequest, match="unallowed characters"):
        await bot.set_webhook("https://example.org/", secret_token="not a secret")
    with pytest.raises(TelegramBadRequest, match="HTTPS URL"):
        await bot.set_webhook("http://example.org/")
