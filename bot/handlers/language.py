"""``/language``: which language the bot writes in here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.chat import LanguageButton
from bot.keyboards import chat as keyboards
from bot.languages import NAMES, speak
from bot.texts import languages as texts
from data.errors import InputError
from data.model import Language
from data.queries import chats

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat

_AS_TELEGRAM = {"telegram", "auto", "default"}
_CALLED = {
    **{language.value: language for language in Language},
    **{name.casefold(): language for language, name in NAMES.items()},
}


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="language")
    router.message.register(language, Command("language", ignore_case=True))
    router.callback_query.register(tap, LanguageButton.filter())
    return router


async def language(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Show the languages to choose from, or take the one that is named."""
    wanted = (command.args or "").strip().casefold()
    if wanted in _AS_TELEGRAM:
        chat = await _choose(context, chat, None)
    elif wanted in _CALLED:
        chat = await _choose(context, chat, _CALLED[wanted])
    elif wanted:
        raise InputError(
            "I don't speak that: write one of {names}, or telegram.",
            names=", ".join(NAMES.values()),
        )
    await answer(message, texts.overview(chat), keyboards.languages(chat.language))


async def tap(
    query: CallbackQuery, callback_data: LanguageButton, context: Context, chat: Chat
) -> None:
    """The same by button."""
    chat = await _choose(context, chat, callback_data.language)
    await show(query, texts.overview(chat), keyboards.languages(chat.language))


async def _choose(context: Context, chat: Chat, wanted: Language | None) -> Chat:
    async with context.database.write() as connection:
        await chats.set_language(connection, chat.id, wanted)
    chosen = replace(chat, language=wanted)
    speak(chosen.reads)
    return chosen
