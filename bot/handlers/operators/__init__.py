"""What only those who run the bot may do, in their private chats.

- ``desk``       /admin: its first screen, the queue, nodes and errors
- ``people``     users and chats: lists, cards, levels
- ``requests``   letting strangers in, where the bot is private
- ``chains``     chains that rest
- ``broadcast``  /broadcast: telling everybody something
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware, F, Router
from aiogram.types import CallbackQuery, Message

from bot.asking import settle
from bot.handlers.operators import broadcast, chains, desk, people, requests
from bot.handlers.paste import unknown_command
from bot.languages import _
from bot.levels import OPERATORS
from bot.texts.general import BUTTON_TOO_OLD

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject


def make_router() -> Router:
    """All of them; to anybody else it looks as if there were nothing."""
    router = Router(name="operators")
    router.message.filter(F.chat.type == "private")
    router.callback_query.filter(F.message.chat.type == "private")
    router.message.middleware(OnlyOperators())
    router.callback_query.middleware(OnlyOperators())
    for module in (desk, people, requests, chains, broadcast):
        router.include_router(module.make_router())
    return router


class OnlyOperators(BaseMiddleware):
    """Hands on what operators say and tap; whoever is one no more has buttons that are too old."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Go on, or answer as if there were nothing."""
        if data["level"] in OPERATORS:
            return await handler(event, data)
        await settle(data["state"])
        if isinstance(event, CallbackQuery):
            return _(BUTTON_TOO_OLD)
        assert isinstance(event, Message)
        return await unknown_command(event)
