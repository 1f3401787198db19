"""In a private chat it may be a group or channel that is set up there.

What is written is about the chat that was chosen in ``/channels``. What is tapped is about the chat
for which its keyboard was made, and an answer about that of its question: both may be older than
the choice.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.dispatcher.flags import get_flag
from aiogram.filters import StateFilter
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message

from bot import behalf, watchlist
from bot.asking import MADE_FOR, settle
from bot.hours.clock import keep_time
from bot.levels import limit_of
from bot.rights import place_of
from bot.stamps import HERE
from bot.texts.groups import NO_RIGHTS_ANY_MORE, WHICH_CHAT
from data.errors import InputError
from data.model import ChatKind
from data.queries import chats
from data.redis import rights
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram import Bot
    from aiogram.dispatcher.event.handler import HandlerObject
    from aiogram.fsm.context import FSMContext
    from aiogram.types import TelegramObject

    from bot.context import Context
    from data.model import Chat


class Acting(BaseMiddleware):
    """Hands out the group or channel that is meant as ``chat``, where whoever means it may set it
    up now. Raises InputError where they may not, or nobody can tell which is meant."""

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
            other = await _meant(event, data, person.id)
            if other is not None:
                behalf.act(other)
                keep_time(other.time_zone)
                settings = data["context"].settings
                watchlist.allow(limit_of(other, settings, settings.watches_per_chat))
                data["chat"] = other
        return await handler(event, data)


async def _meant(event: TelegramObject, data: dict[str, Any], person: int) -> Chat | None:
    """None: the private chat itself."""
    context, bot, state = data["context"], data["bot"], data["state"]
    if isinstance(event, CallbackQuery):
        made_for = data.get("made_for")
        if made_for is None:
            made_for = await _written_above(event, context, person)
        return await _of(made_for, context, bot, person)
    if _takes_an_answer(data["handler"]):
        made_for = (await state.get_data()).get(MADE_FOR)
        if made_for is not None:
            try:
                return await _of(made_for, context, bot, person)
            except InputError:
                await settle(state)  # no answer will be any better
                raise
    return await _acts_for(context, bot, person, state)


def _takes_an_answer(handler: HandlerObject) -> bool:
    """Whether it is there for what somebody was asked: neither a command is an answer, nor a file
    that nobody asked for."""
    return any(isinstance(one.callback, State | StateFilter) for one in handler.filters or ())


async def _of(made_for: int, context: Context, bot: Bot, person: int) -> Chat | None:
    if made_for == HERE:
        return None
    chat = await place_of(context, bot, made_for, person)
    if chat is None:
        raise InputError(NO_RIGHTS_ANY_MORE)
    return chat


async def _written_above(query: CallbackQuery, context: Context, person: int) -> int:
    """For which chat a keyboard was made that does not say it: from before they did, or without
    room. What is written above it begins with the chat's name. Raises InputError where Telegram
    does not tell that any more, and where several chats of the person's are called so."""
    async with context.database.read() as connection:
        places = {chat.id: chat for chat in await chats.added_by(connection, person)}
        with suppress(RedisAway):
            acting = await rights.acts_for(context.redis, person)
            chosen = None if acting is None else await chats.get(connection, acting)
            if chosen is not None:
                places[chosen.id] = chosen
    message = query.message
    if isinstance(message, Message):
        title = behalf.title_above(message.text or message.caption or "")
        if title is None:
            return HERE
        named = [chat.id for chat in places.values() if behalf.title_of(chat) == title]
        if len(named) == 1:
            return named[0]
    elif not places:
        return HERE
    raise InputError(WHICH_CHAT)


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
