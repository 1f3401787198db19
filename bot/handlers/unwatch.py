"""``/unwatch <number | address | label>``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.texts import watches as texts
from bot.watchlist import meant_watch
from data.queries import watches

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
    """Remove the watch that is meant, a feed as well."""
    async with context.database.write() as connection:
        watch = await meant_watch(connection, chat, command.args or "")
        await watches.remove(connection, watch.id)
    await answer(message, texts.removed(watch, context.chains))
