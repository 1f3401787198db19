"""Who may change what the bot does in a chat: in groups and channels, administrators."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, Message

from data.redis import rights
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram import Bot
    from redis.asyncio import Redis

_ADMINISTRATORS = {"creator", "administrator"}


async def may_configure(bot: Bot, redis: Redis, event: Message | CallbackQuery) -> bool:
    """Whether whoever wrote or tapped may change the settings of the chat where they did.

    Administrators that hide behind the group's name write in its name. Raises TelegramAPIError when
    Telegram cannot be asked.
    """
    message = event.message if isinstance(event, CallbackQuery) else event
    if message is None:
        return False
    if message.chat.type == "private":
        return True
    if isinstance(event, Message) and event.sender_chat is not None:
        return event.sender_chat.id == event.chat.id
    person = event.from_user
    return person is not None and await is_administrator(bot, redis, message.chat.id, person.id)


async def is_administrator(bot: Bot, redis: Redis, chat_id: int, user_id: int) -> bool:
    """What Telegram says of a person, or said within the last minute."""
    with suppress(RedisAway):
        known = await rights.administers(redis, chat_id, user_id)
        if known is not None:
            return known
    try:
        member = await bot.get_chat_member(chat_id, user_id)
    except (TelegramBadRequest, TelegramForbiddenError):
        # no such chat or member, or the bot is not in there any more
        return False
    administers = member.status in _ADMINISTRATORS
    with suppress(RedisAway):
        await rights.note_rights(redis, chat_id, user_id, administers=administers)
    return administers
