"""Who may change what the bot does in a chat: in groups and channels, administrators, there
or from their own chat."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, ChatMemberAdministrator, ChatMemberOwner, Message

from bot.levels import level_of
from data.model import ChatState, Level
from data.queries import chats
from data.redis import rights
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram import Bot
    from redis.asyncio import Redis

    from bot.context import Context
    from data.model import Chat

MASK = 1087968824
"""Who everybody is to Telegram that writes in their group's name."""
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


async def place_of(context: Context, bot: Bot, chat_id: int, user_id: int) -> Chat | None:
    """The group or channel, where a person may set it up from their own chat; of a group the
    supergroup that it became. None where they are no administrator, and where the bot is not, or
    not let in."""
    async with context.database.read() as connection:
        chat = await chats.get(connection, chat_id)
        if chat is not None and chat.moved_to is not None:
            chat = await chats.get(connection, chat.moved_to)
    if chat is None or chat.state is not ChatState.ACTIVE:
        return None
    if level_of(context.settings, None, chat.level) in {Level.BLOCKED, Level.GUEST}:
        return None
    return chat if await is_administrator(bot, context.redis, chat.id, user_id) else None


async def is_administrator(bot: Bot, redis: Redis, chat_id: int, user_id: int) -> bool:
    """What Telegram says of a person, or said within the last minute."""
    with suppress(RedisAway):
        known = await rights.administers(redis, chat_id, user_id)
        if known is not None:
            return known
    try:
        administers = await _asked(bot, chat_id, user_id)
    except (TelegramBadRequest, TelegramForbiddenError):
        # no such chat, or the bot is not in there any more
        return False
    with suppress(RedisAway):
        await rights.note_rights(redis, chat_id, user_id, administers=administers)
    return administers


async def hides(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether an administrator of a group writes there in its name alone; False where Telegram does
    not tell."""
    try:
        member = await bot.get_chat_member(chat_id, user_id)
    except TelegramAPIError:
        return False
    return isinstance(member, ChatMemberOwner | ChatMemberAdministrator) and member.is_anonymous


async def _asked(bot: Bot, chat_id: int, user_id: int) -> bool:
    try:
        member = await bot.get_chat_member(chat_id, user_id)
    except TelegramBadRequest:
        # a group may hide its members from a bot that is one of them, but not its administrators
        return any(one.user.id == user_id for one in await bot.get_chat_administrators(chat_id))
    return member.status in _ADMINISTRATORS
