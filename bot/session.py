"""How the bot speaks to Telegram: aiogram's session, which builds the model of an answer once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.methods import TelegramMethod

_kept: dict[Any, type[Response[Any]]] = {}


class Session(AiohttpSession):
    """Checks answers by models that stay.

    pydantic forgets a model of ``Response[…]`` that nobody holds, and aiogram holds none between
    two answers: building one anew takes longer than everything else that an answer takes.
    """

    def check_response(
        self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str
    ) -> Response[Any]:
        """What Telegram answered, or the error that it is."""
        returned = method.__returning__
        if returned not in _kept:
            _kept[returned] = Response[returned]  # type: ignore[valid-type]
        return super().check_response(bot, method, status_code, content)
