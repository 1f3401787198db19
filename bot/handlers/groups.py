"""What nobody else has taken: in groups, a command is answered if it names this bot, and what was
pasted if it was said to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import F, Router

from bot.handlers.paste import offer, unknown_button, unknown_command
from bot.middlewares.permission import OPEN
from bot.parse.pasted import parse_pasted

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import Message

    from bot.context import Context
    from data.model import Chat


def make_router() -> Router:
    """Its handlers; they take whatever is left, so this router comes last."""
    router = Router(name="groups")
    router.message.register(unknown_command, F.text.startswith("/"), addressed, flags=OPEN)
    router.message.register(pasted, F.text, ~F.text.startswith("/"), spoken_to, flags=OPEN)
    router.callback_query.register(unknown_button, flags=OPEN)
    return router


async def pasted(message: Message, context: Context, chat: Chat) -> None:
    """Offer what can be done with it; be silent about any other talk."""
    found = parse_pasted(message.text or "", context.chains)
    if found:
        await offer(message, found, context, chat)


async def spoken_to(message: Message, bot: Bot) -> bool:
    """Whether something mentions this bot, or answers it."""
    me = await bot.me()
    answered = message.reply_to_message and message.reply_to_message.from_user
    if answered and answered.id == me.id:
        return True
    name = f"@{me.username or ''}".casefold()
    return name in (message.text or "").casefold().split()


async def addressed(message: Message, bot: Bot) -> bool:
    """Whether a command names this bot, like ``/list@spyhop_bot``."""
    command = (message.text or "").split(maxsplit=1)[0]
    username = (await bot.me()).username
    mentioned = command.partition("@")[2]
    return bool(username) and mentioned.casefold() == (username or "").casefold()
