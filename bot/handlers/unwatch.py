"""``/unwatch <number | address | label>``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.keyboards import watch as keyboards
from bot.texts import watches as texts
from bot.watchlist import meant_watch, remove

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import Message

    from bot.context import Context
    from data.model import Chat


def make_router() -> Router:
    """Its handler."""
    router = Router(name="unwatch")
    router.message.register(unwatch, Command("unwatch", ignore_case=True))
    return router


async def unwatch(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Remove the watch that is meant, a feed as well; for a while it can be brought back."""
    async with context.database.read() as connection:
        watch = await meant_watch(connection, chat, command.args or "")
    undo = await remove(context, chat, watch)
    text = texts.removed(watch, context.chains, undo=undo)
    await answer(message, text, keyboards.removed(watch) if undo else None)
