"""/language: what a chat reads, chosen or as Telegram shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog
from aiogram.methods import SendMessage
from aiogram.types import User

from bot.languages import NAMES
from data.errors import InputError
from data.model import Chat, Language, language_of
from data.queries import chats
from tests.integration.bot.conversation import message_in

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation


async def row(talk: Conversation) -> Chat:
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat
    return chat


async def said_by(talk: Conversation, tag: str | None, text: str) -> str:
    """The answer to somebody whose Telegram is in that language."""
    person = User(id=7, is_bot=False, first_name="Ada", language_code=tag)
    message = message_in(talk.chat, text, 5).model_copy(update={"from_user": person})
    (call,) = await talk.feed(message=message)
    assert isinstance(call, SendMessage)
    return call.text


def captions(talk: Conversation) -> list[str]:
    return [button.text for row in talk.keyboard().inline_keyboard for button in row]


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        (None, Language.ENGLISH),
        ("", Language.ENGLISH),
        ("en-GB", Language.ENGLISH),
        ("fr", Language.ENGLISH),
        ("rus", Language.ENGLISH),
        ("ru", Language.RUSSIAN),
        ("zh-hans", Language.CHINESE),
        ("zh_TW", Language.CHINESE),
        ("ES-mx", Language.SPANISH),
    ],
)
def test_tags_of_telegram(tag: str | None, language: Language) -> None:
    assert language_of(tag) is language


async def test_telegrams_language_is_answered_and_kept(talk: Conversation) -> None:
    assert "Здравствуйте" in await said_by(talk, "ru", "/start")
    assert (await row(talk)).telegram_language == "ru"
    assert (await row(talk)).language is None

    assert "Hola" in await said_by(talk, "es-AR", "/start")
    assert (await row(talk)).telegram_language == "es-AR"

    assert "Hola" in await said_by(talk, None, "/start")
    assert (await row(talk)).telegram_language == "es-AR"

    assert "Hello" in await said_by(talk, "fr" + "x" * 100, "/start")


async def test_a_choice_outlives_telegrams_language(talk: Conversation) -> None:
    await talk.say("/language")
    assert captions(talk) == [*NAMES.values(), "As Telegram is ✓"]

    shown, _ = await talk.tap("Русский")

    assert shown == "🌐 Здесь я пишу так: <b>Русский</b>."
    assert captions(talk) == ["English", "Русский ✓", "简体中文", "Español", "Как в Telegram"]
    assert (await row(talk)).language is Language.RUSSIAN
    assert "Здравствуйте" in await said_by(talk, "es", "/start")

    await talk.say("/language")
    shown, _ = await talk.tap("Как в Telegram")

    assert "Español" in shown
    assert (await row(talk)).language is None
    assert "Hola" in await said_by(talk, None, "/start")


async def test_each_button_is_that_language(talk: Conversation) -> None:
    await talk.say("/language")
    for language, name in NAMES.items():
        shown, _ = await talk.tap(name)
        assert f"<b>{name}</b>" in shown
        assert (await row(talk)).language is language


@pytest.mark.parametrize(
    ("typed", "language"),
    [("RU", Language.RUSSIAN), ("español", Language.SPANISH), ("简体中文", Language.CHINESE),
     ("english", Language.ENGLISH), ("telegram", None)],
)  # fmt: skip
async def test_a_language_may_be_typed(
    talk: Conversation, typed: str, language: Language | None
) -> None:
    await talk.say("/language es")
    await talk.say(f"/language {typed}")

    assert (await row(talk)).language is language


async def test_another_is_refused_in_the_language_that_holds(talk: Conversation) -> None:
    await talk.say("/language ru")

    text = await talk.say("/language klingon")

    assert text.startswith("На таком языке я не пишу: выберите English, Русский")
    assert (await row(talk)).language is Language.RUSSIAN


async def test_errors_are_told_in_the_language_and_keep_what_was_typed(talk: Conversation) -> None:
    await talk.say("/language ru")

    assert await talk.say("/threshold 5{x}<b>") == (
        "Не могу прочесть «5{x}&lt;b&gt;» как сумму: напишите, например, 250000, 1,250,000, 0.5 или"
        " 1.5m (дробная часть – через точку)."
    )
    refused = await talk.say("/watch 0x12")
    assert "символов в нём: 2" in refused


async def test_a_failure_is_told_in_the_language_and_logged_in_english(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.say("/language ru")

    async def fail(*_: object) -> None:
        msg = "the database is on fire"
        raise RuntimeError(msg)

    monkeypatch.setattr("bot.handlers.threshold._write_default", fail)
    with structlog.testing.capture_logs() as logs:
        text = await talk.say("/threshold $5m")

    assert "У меня что-то сломалось" in text
    assert [one["event"] for one in logs] == ["an update failed"]


def test_an_error_is_english_to_the_log() -> None:
    error = InputError("I know no token called {symbol}.", symbol="{0}")

    assert str(error) == "I know no token called {0}."


async def test_one_chats_language_is_not_the_next_ones(talk: Conversation) -> None:
    await talk.say("/language ru")
    talk.chat = 43

    assert "Hello" in await talk.say("/start")
