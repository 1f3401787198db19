"""What was written while the bot was away is judged by when it was sent.

The first such message of a chat is handled like any other, as of now. Of what follows it, whatever
changes something is done, in order and without an answer to each; what only asks is left out,
because nobody waits for twenty answers of this morning. One sentence says so. Mistakes are told,
the first few of them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.flags import get_flag
from aiogram.types import Message

from bot.answers import answer, quietly
from bot.texts import lateness as texts
from data.errors import InputError
from data.redis.away import RedisAway
from data.redis.late import count_late

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject

LATE = timedelta(minutes=5)
"""Who waited no longer than this still waits for the answer."""
MISTAKES_TOLD = 3
ASKS = {"asks": True}
"""The flags of a handler that only answers: what it would say of a while ago helps nobody."""
SPEAKS = {"speaks": True}
"""The flags of a handler whose answer is what was asked for, however late: a message that goes on
living, a link, or the question without which nothing is done."""


class Lateness(BaseMiddleware):
    """Stands inside of ``Introduction`` and ``Permission``: who may not is told so all the same."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Go on, at once or quietly or not at all."""
        assert isinstance(event, Message)
        context = data["context"]
        waited = context.clock() - event.date
        if waited <= LATE:
            return await handler(event, data)
        nth = 1
        with suppress(RedisAway, OSError):
            nth = await count_late(context.redis, event.chat.id)
        if nth == 1:
            return await handler(event, data)
        if nth == 2:
            await answer(event, texts.away(waited))
        if get_flag(data, "open") or get_flag(data, "asks"):
            return None
        if get_flag(data, "speaks"):
            return await handler(event, data)
        try:
            with quietly():
                return await handler(event, data)
        except InputError:
            if nth > 1 + MISTAKES_TOLD:
                return None
            raise
