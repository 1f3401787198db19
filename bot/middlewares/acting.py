"""In a private chat it may be a group or channel that is set up there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.flags import get_flag
from aiogram.types import CallbackQuery, Message

from bot import behalf, watchlist
from bot.asking import settle
from bot.hours import keep_time
from bot.levels import limit_of
from bot.rights import place_of
from bot.texts.groups import NOT_SET_UP_NOW
from data.errors import InputError
from data.model import ChatKind
from data.queries import chats
from data.redis import rights
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram import Bot
    from aiogram.fsm.context import FSMContext
    from aiogram.types import TelegramObject

    from bot.context import Context
    from data.model import Chat


class Acting(BaseMiddleware):
    """Hands out the chat that somebody sets up from their own as ``chat``; a keyboard about another
    one, from before, changes nothing."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Look whether there is one, then go on."""
        person = data.get("event_from_user")
        private = data["event_chat"].type == ChatKind.PRIVATE
        if private and person and not get_flag(data, "personal"):
            other = await _acts_for(data["context"], data["bot"], person.id, data["state"])
            if other is not None:
                behalf.act(other)
                keep_time(other.time_zone)
                settings = data["context"].settings
                watchlist.allow(limit_of(other, settings, settings.watches_per_chat))
                data["chat"] = other
            if isinstance(event, CallbackQuery) and behalf.is_of_another(_under(event), other):
                raise InputError(NOT_SET_UP_NOW)
        return await handler(event, data)


def _under(query: CallbackQuery) -> str:
    """What stands above the button; nothing where Telegram does not tell it any more."""
    message = query.message
    return (message.text or message.caption or "") if isinstance(message, Message) else ""


async def _acts_for(context: Context, bot: Bot, person: int, state: FSMContext) -> Chat | None:
    """The chat that a person sets up from here. Raises InputError where they may not any more."""
    redis = context.redis
    try:
        chat_id = await rights.acts_for(redis, person)
    except RedisAway:
        # what is meant for a channel must not change the own chat; most people have no channel
        async with context.database.read() as connection:
            if await chats.added_by(connection, person):
                raise
        return None
    if chat_id is None:
        return None
    chat = await place_of(context, bot, chat_id, person)
    if chat is not None:
        return chat
    await rights.act_for(redis, person, None)
    await settle(state)  # what was asked was about that one
    raise InputError(
        "You or I have no rights any more in the chat that you set up here: what you write is"
        " about this one again."
    )
