"""Answers pass the limiter like everything else, before everything else.

Alerts pass it in ``bot.delivery``, where a wait is better spent on another chat.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiogram.client.session.middlewares.base import BaseRequestMiddleware
from aiogram.methods import (
    CopyMessage,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
    ForwardMessage,
    SendDocument,
    SendMessage,
    SendPhoto,
)

from data.model import Priority
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.client.session.middlewares.base import NextRequestMiddlewareType
    from aiogram.methods import Response, TelegramMethod

    from data.redis.limiter import Limiter

_COUNTED = (
    SendMessage, SendPhoto, SendDocument, CopyMessage, ForwardMessage, EditMessageText,
    EditMessageCaption, EditMessageMedia, EditMessageReplyMarkup,
)  # fmt: skip
LONGEST_WAIT = 90.0
"""Seconds: a group's minute, and some. Who waits longer is told by Telegram itself how long."""


class Throttle(BaseRequestMiddleware):
    """Holds a request back until the limits allow it. Without Redis nothing is held back: Telegram
    says so itself, and the answer is tried again."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[Any],
        bot: Bot,
        method: TelegramMethod[Any],
    ) -> Response[Any]:
        """Wait for the turn of what counts, then go on."""
        chat = getattr(method, "chat_id", None)
        if isinstance(method, _COUNTED) and chat is not None:
            await self._turn(chat)
        return await make_request(bot, method)

    async def _turn(self, chat: int | str) -> None:
        # a channel may go by its name
        chat_id = chat if isinstance(chat, int) else -1
        waited = 0.0
        while waited < LONGEST_WAIT:
            try:
                wait = await self._limiter.take(
                    chat_id, by_log=chat_id < 0, priority=Priority.ANSWER
                )
            except RedisAway:
                return
            if not wait:
                return
            seconds = min(wait / 1_000_000, LONGEST_WAIT - waited)
            await asyncio.sleep(seconds)
            waited += seconds
