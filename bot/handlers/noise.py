"""``/noise [rule on|off]``: which rules keep noise from the chat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.chat import NoiseButton
from bot.keyboards import chat as keyboards
from bot.texts import noise as texts
from data.errors import InputError
from data.model import NoiseRule
from data.queries import chats

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat

_KEPT_OUT = {"on": True, "off": False}


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="noise")
    router.message.register(noise, Command("noise", ignore_case=True))
    router.callback_query.register(tap, NoiseButton.filter())
    return router


async def noise(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Show the rules, or switch one."""
    words = (command.args or "").casefold().split()
    if words:
        rule, kept_out = _meant(words)
        chat = await _switch(context, chat, rule, let_in=not kept_out)
    await answer(message, texts.overview(chat), keyboards.noises(chat.noise_let_in))


async def tap(
    query: CallbackQuery, callback_data: NoiseButton, context: Context, chat: Chat
) -> str:
    """Switch one by button."""
    chat = await _switch(context, chat, callback_data.rule, let_in=callback_data.let_in)
    await show(query, texts.overview(chat), keyboards.noises(chat.noise_let_in))
    return texts.changed(callback_data.rule, let_in=callback_data.let_in)


def _meant(words: list[str]) -> tuple[NoiseRule, bool]:
    """``look-alikes on``: the rule, and whether it shall hold. Raises InputError."""
    *names, state = words
    name = "".join(names).replace("-", "").removesuffix("s")
    if name not in set(NoiseRule) or state not in _KEPT_OUT:
        raise InputError(
            "Which rule, on or off? Write /noise imitation off; the rules are {rules}.",
            rules=", ".join(NoiseRule),
        )
    return NoiseRule(name), _KEPT_OUT[state]


async def _switch(context: Context, chat: Chat, rule: NoiseRule, *, let_in: bool) -> Chat:
    async with context.database.write() as connection:
        await chats.let_in(connection, chat.id, rule, noise=let_in)
    rest = chat.noise_let_in - {rule}
    return replace(chat, noise_let_in=rest | {rule} if let_in else rest)
