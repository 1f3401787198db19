"""In groups only administrators change anything; what only tells is open to everybody there. In a
channel nothing is: whoever taps there would turn its post into something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.flags import get_flag
from aiogram.types import CallbackQuery, Message

from bot.rights import may_configure
from data.errors import InputError
from data.model import ChatKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject

OPEN = {"open": True}
"""The flags of a handler that only tells: everybody in a group may use it."""


class Permission(BaseMiddleware):
    """Raises InputError for who may not."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Go on where it may be done."""
        assert isinstance(event, Message | CallbackQuery)
        if get_flag(data, "open") and data["event_chat"].type != ChatKind.CHANNEL:
            return await handler(event, data)
        if not await may_configure(data["bot"], data["context"].redis, event):
            raise InputError(
                "Only administrators can change that here. /list and /status are for everybody."
            )
        return await handler(event, data)
