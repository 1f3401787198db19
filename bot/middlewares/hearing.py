"""Whoever speaks is heard in the language that Telegram shows them, until their chat is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware

from bot.languages import speak
from data.model import language_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject


class Hearing(BaseMiddleware):
    """Begins every update: nothing stays of the language of the one before. What is set holds
    behind the handler too, for what is said when that fails."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Speak their language, then go on."""
        person = data.get("event_from_user")
        speak(language_of(person.language_code if person else None))
        return await handler(event, data)
