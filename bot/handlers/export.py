"""``/export``: the watchlist as a file; ``/export all``: everything that is kept about the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, hand_over
from bot.everything import MOST_ROWS, everything_about
from bot.languages import _
from bot.sheet.writing import file_of
from bot.texts import sheet as texts
from data.queries import names, whole_lists

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import InaccessibleMessage, Message

    from bot.context import Context
    from data.model import Chat

_ALL = "all"


def make_router() -> Router:
    """Its handler."""
    router = Router(name="export")
    router.message.register(export, Command("export", ignore_case=True))
    return router


async def export(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Hand over a file."""
    if (command.args or "").strip().casefold() == _ALL:
        await hand_over_all(message, context, chat)
        return
    async with context.database.read() as connection:
        watches = await whole_lists.read(connection, chat.id)
        known = await names.of_chat(connection, chat.id)
    if not watches and not known:
        await answer(message, _(texts.NOTHING_TO_EXPORT))
        return
    content = await file_of(watches, known, context.chains)
    name = f"watches-{context.clock():%Y-%m-%d}.csv"
    await hand_over(message, name, content, texts.exported(len(watches), len(known)))


async def hand_over_all(
    message: Message | InaccessibleMessage, context: Context, chat: Chat
) -> None:
    """Everything, as JSON."""
    content, cut = await everything_about(context.database, chat.id)
    name = f"spyhop-{context.clock():%Y-%m-%d}.json"
    caption = texts.exported_all(cut, MOST_ROWS)
    await hand_over(message, name, content, caption)
