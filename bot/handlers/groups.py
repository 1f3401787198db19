"""What nobody else has taken: in groups, a command is answered if it names this bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import F, Router

from bot.handlers.paste import unknown_button, unknown_command
from bot.middlewares.permission import OPEN

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import Message


def make_router() -> Router:
    """Its handlers; they take whatever is left, so this router comes last."""
    router = Router(name="groups")
    router.message.register(unknown_command, F.text.startswith("/"), addressed, flags=OPEN)
    router.callback_query.register(unknown_button, flags=OPEN)
    return router


async def addressed(message: Message, bot: Bot) -> bool:
    """Whether a command names this bot, like ``/list@spyhop_bot``."""
    command = (message.text or "").split(maxsplit=1)[0]
    username = (await bot.me()).username
    mentioned = command.partition("@")[2]
    return bool(username) and mentioned.casefold() == (username or "").casefold()
