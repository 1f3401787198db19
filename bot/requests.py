"""In a private bot, strangers and their groups are let in by an operator."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiogram.exceptions import TelegramAPIError

from bot.keyboards import operators as keyboards
from bot.languages import speaking
from bot.texts import levels as texts
from data.model import Language, Level
from data.queries import chats, levels

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import User
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat

_log = structlog.get_logger(__name__)


async def ask_to_let_in(bot: Bot, context: Context, chat: Chat, person: User | None) -> None:
    """Tell every operator that somebody wants in, with buttons to decide. Whom it does not reach
    finds it in /admin."""
    _log.info("somebody asks to be let in", chat=chat.id)
    async with context.database.read() as connection:
        operators = await _operators(connection, context)
    for operator, language in operators.items():
        with speaking(language), suppress(TelegramAPIError):
            await bot.send_message(
                operator, texts.request(chat, person), reply_markup=keyboards.request(chat.id)
            )


async def _operators(connection: AsyncConnection, context: Context) -> dict[int, Language]:
    """The owners, and the admins that they have named, with the language that each reads."""
    found = {chat.id: chat for chat in await levels.admins(connection)}
    for owner in context.settings.admin_ids:
        known = await chats.get(connection, owner)
        if known is not None:
            found[owner] = known
    return {chat.id: chat.reads for chat in found.values() if chat.level is not Level.BLOCKED}
