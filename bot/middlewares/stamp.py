"""A button says for which chat it was made; handlers see what else it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery

from bot.stamps import unstamped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject


class Stamp(BaseMiddleware):
    """Hands out ``made_for``: a chat's id, ``stamps.HERE``, or None where the button does not say.
    Stands around the choice of a handler, which goes by what the button carries."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Take the stamp off, then go on."""
        assert isinstance(event, CallbackQuery)
        if event.data is not None:
            carried, data["made_for"] = unstamped(event.data)
            event = event.model_copy(update={"data": carried})
        return await handler(event, data)
