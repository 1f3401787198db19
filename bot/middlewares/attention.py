"""A tapped button stops waiting: its handler may return a line of plain text for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery

from bot.answers import notice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject


class Attention(BaseMiddleware):
    """Answers each callback once; where the handler fails, the failure's handler does."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """What the handler returns is shown for a moment on the button."""
        said = await handler(event, data)
        if isinstance(event, CallbackQuery):
            await notice(event, said if isinstance(said, str) else None)
        return said
