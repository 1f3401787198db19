"""Whoever gives a command has changed the subject: what they were asked before is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.types import Message

from bot.asking import settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject


class ChangeOfSubject(BaseMiddleware):
    """Ends the question that a command does not answer; the command itself may ask another."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Forget it, then go on."""
        is_command = isinstance(event, Message) and (event.text or "").startswith("/")
        if is_command and data.get("raw_state") is not None:
            await settle(data["state"])
        return await handler(event, data)
