"""The chat is met, and handlers get it together with the context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware

from bot.languages import speak
from data.model import ChatKind
from data.queries import chats

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject

    from bot.context import Context


class Introduction(BaseMiddleware):
    """Hands out ``context`` and ``chat``, in whose language the bot goes on; a chat that speaks to
    the bot may be spoken to."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Meet the chat in a transaction of its own, then go on."""
        context, spoke = self._context, data["event_chat"]
        person = data.get("event_from_user")
        async with context.database.write() as connection:
            data["chat"] = chat = await chats.meet(
                connection,
                spoke.id,
                ChatKind(spoke.type),
                context.settings.default_threshold_usd,
                context.clock(),
                person.language_code if person else None,
            )
        speak(chat.reads)
        data["context"] = context
        return await handler(event, data)
