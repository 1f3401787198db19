"""Letting strangers and their groups in, where the bot is private."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiogram import Router
from aiogram.exceptions import TelegramAPIError

from bot.answers import show
from bot.buttons.operators import LetInButton
from bot.languages import speaking
from bot.middlewares.introduction import PERSONAL
from bot.texts import levels as level_texts
from bot.texts import operators as texts
from data.errors import InputError
from data.model import Level
from data.queries import chats, levels

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import CallbackQuery

    from bot.context import Context

_log = structlog.get_logger(__name__)


def make_router() -> Router:
    """Its handler."""
    router = Router(name="requests")
    router.callback_query.register(decide, LetInButton.filter(), flags=PERSONAL)
    return router


async def decide(
    query: CallbackQuery, callback_data: LetInButton, context: Context, bot: Bot
) -> None:
    """Let somebody in, or not; of several operators the first decides, and the others see how."""
    wanted = Level.MEMBER if callback_data.let_in else Level.BLOCKED
    async with context.database.write() as connection:
        changed = await levels.set_level(connection, callback_data.chat, wanted, was=Level.GUEST)
        chat = await chats.get(connection, callback_data.chat)
    if chat is None:
        raise InputError(texts.NOT_KNOWN)
    if changed:
        by = query.from_user.id
        _log.info("level changed", chat=chat.id, level=wanted.value, by=by)
        if wanted is Level.MEMBER:
            # whoever blocked the bot meanwhile cannot be told
            with speaking(chat.reads), suppress(TelegramAPIError):
                await bot.send_message(chat.id, level_texts.let_in())
    await show(query, texts.decided(chat, chat.level))
