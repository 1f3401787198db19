"""The chat is met, and handlers get it together with the context."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.flags import get_flag

from bot import behalf, watchlist
from bot.languages import speak
from bot.rights import is_administrator
from data.errors import InputError
from data.model import ChatKind, ChatState
from data.queries import chats
from data.redis import rights
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram import Bot
    from aiogram.types import TelegramObject

    from bot.context import Context
    from data.model import Chat

PERSONAL = {"personal": True}
"""The flags of a handler that is about the private chat itself, whatever chat is set up there."""


class Introduction(BaseMiddleware):
    """Hands out ``context`` and ``chat``, in whose language the bot goes on; a chat that speaks to
    the bot may be spoken to. In a private chat it is the group or channel that is set up there."""

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
        private = spoke.type == ChatKind.PRIVATE
        async with context.database.write() as connection:
            data["chat"] = chat = await chats.meet(
                connection,
                spoke.id,
                ChatKind(spoke.type),
                context.settings.default_threshold_usd,
                context.clock(),
                # a group's language does not change with whoever speaks
                person.language_code if person and private else None,
            )
        speak(chat.reads)
        behalf.act(None)
        data["context"] = context
        watchlist.allow(context.settings.watches_per_chat)
        if private and person and not get_flag(data, "personal"):
            other = await self._acts_for(data["bot"], person.id)
            if other is not None:
                behalf.act(other)
                data["chat"] = other
        return await handler(event, data)

    async def _acts_for(self, bot: Bot, person: int) -> Chat | None:
        """The chat that a person sets up from here. Raises InputError where they may not any
        more."""
        redis = self._context.redis
        chat_id = None
        with suppress(RedisAway):
            chat_id = await rights.acts_for(redis, person)
        if chat_id is None:
            return None
        async with self._context.database.read() as connection:
            chat = await chats.get(connection, chat_id)
        if (
            chat is not None
            and chat.state is ChatState.ACTIVE
            and await is_administrator(bot, redis, chat_id, person)
        ):
            return chat
        await rights.act_for(redis, person, None)
        raise InputError(
            "You or I have no rights any more in the chat that you set up here: what you write is"
            " about this one again."
        )
