"""Whoever is blocked, or not let in yet, is told so once, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message

from bot.answers import answer, notice
from bot.levels import OPERATORS, level_of
from bot.requests import ask_to_let_in
from bot.texts import levels as texts
from data.model import ChatKind, Level
from data.queries import levels

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject

    from bot.context import Context
    from bot.middlewares.budget import Acquaintances
    from data.model import Chat


class Admission(BaseMiddleware):
    """Hands on what comes from a person, in a chat, who may both use the bot. An operator may
    everywhere."""

    def __init__(self, acquaintances: Acquaintances) -> None:
        self._acquaintances = acquaintances

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Go on, or say once why not."""
        context: Context = data["context"]
        chat: Chat = data["chat"]
        level: Level = data["level"]
        person = data.get("event_from_user")
        if person is not None:
            self._acquaintances.note(person.id, level)
        if level in OPERATORS:
            return await handler(event, data)
        place = level_of(context.settings, None, chat.level)
        if level is Level.BLOCKED or place is Level.BLOCKED:
            # of a group's own it is told there, of a person's wherever they speak first
            which = chat.id if place is Level.BLOCKED or person is None else person.id
            if await _first_time(context, which):
                await _say(event, texts.blocked())
            return None
        if place is Level.GUEST:
            asked = await _first_time(context, chat.id)
            if asked:
                await ask_to_let_in(data["bot"], context, chat, person)
            if asked or chat.kind is ChatKind.PRIVATE:
                await _say(event, texts.asked() if asked else texts.still_waiting())
            return None
        return await handler(event, data)


async def _first_time(context: Context, chat_id: int) -> bool:
    async with context.database.write() as connection:
        return await levels.tell_once(connection, chat_id)


async def _say(event: TelegramObject, text: str) -> None:
    if isinstance(event, CallbackQuery):
        await notice(event, text, alert=True)
    elif isinstance(event, Message):
        await answer(event, text)
