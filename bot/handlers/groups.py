"""Groups, for now: one polite sentence to whoever addresses the bot, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import F, Router

from bot.answers import answer
from bot.languages import _
from bot.texts.general import GROUPS

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import Message


def make_router() -> Router:
    """Its handler."""
    router = Router(name="groups")
    router.message.register(
        decline, F.chat.type.in_({"group", "supergroup"}), F.text.startswith("/"), addressed
    )
    return router


async def addressed(message: Message, bot: Bot) -> bool:
    """Whether a command names this bot, like ``/list@spyhop_bot``."""
    command = (message.text or "").split(maxsplit=1)[0]
    username = (await bot.me()).username
    _, _, mentioned = command.partition("@")
    return bool(username) and mentioned.casefold() == (username or "").casefold()


async def decline(message: Message) -> None:
    """Say where the bot does work."""
    await answer(message, _(GROUPS))
