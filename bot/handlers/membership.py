"""Blocked, unblocked, removed, silenced, moved: whether the bot may speak in a chat, and where."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiogram import F, Router
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import ChatMemberAdministrator, ChatMemberRestricted

from bot.keyboards import places as keyboards
from bot.languages import speak
from bot.levels import level_of, level_of_place
from bot.requests import ask_to_let_in
from bot.texts import groups as texts
from bot.texts import levels as level_texts
from data.model import ChatKind, ChatState, Level, Priority
from data.queries import chats, levels, messages, moving, queues
from data.redis.wake import wake

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import ChatMemberUnion, ChatMemberUpdated, Message, User

    from bot.context import Context
    from data.model import Chat

_log = structlog.get_logger(__name__)

_AWAY = {"left", "kicked"}


def make_router(context: Context) -> Router:
    """Its handlers; they stand outside of the private chats' middlewares."""
    router = Router(name="membership")

    async def changed(event: ChatMemberUpdated) -> None:
        await note_membership(event, context)

    async def upgraded(message: Message) -> None:
        await note_move(message, context)

    async def reopened(message: Message) -> None:
        await note_reopening(message, context)

    async def renamed(message: Message) -> None:
        await note_title(message, context)

    router.my_chat_member.register(changed)
    router.message.register(renamed, F.new_chat_title)
    router.message.register(upgraded, F.migrate_to_chat_id)
    router.message.register(reopened, F.forum_topic_reopened | F.general_forum_topic_unhidden)
    return router


async def note_membership(event: ChatMemberUpdated, context: Context) -> None:
    """Note what Telegram says about our own membership; watches are kept whatever it is. A group is
    greeted when the bot comes, and of a channel whoever brought it there is told how to go on."""
    state, reason = _state(event)
    there = event.chat.type != "private" and not _is_away(event.new_chat_member)
    came = there and _is_away(event.old_chat_member)
    settings = context.settings
    async with context.database.write() as connection:
        if came:
            adder = await chats.get(connection, event.from_user.id)
            counts_as = level_of_place(settings, event.from_user.id, adder)
            came = await chats.added(
                connection,
                event.chat.id,
                ChatKind(event.chat.type),
                event.chat.title,
                event.from_user.id,
                context.settings.default_threshold_usd,
                context.clock(),
                event.from_user.language_code,
                counts_as,
            )
            if counts_as is Level.MEMBER:
                await levels.set_level(connection, event.chat.id, counts_as, was=Level.GUEST)
        await chats.set_state(connection, event.chat.id, state, reason)
        chat = await chats.get(connection, event.chat.id)
        # what changed while nothing could be said there is shown now
        resumed = state is ChatState.ACTIVE and await messages.to_edit(connection, event.chat.id)
        if resumed:
            await queues.enqueue(connection, [(event.chat.id, Priority.EDIT)])
    if resumed:
        await wake(context.redis)
    _log.info("chat changed", chat=event.chat.id, state=state.value)
    if came and chat is not None and event.bot is not None:
        # who blocked the bot, or never met it, cannot be told; a group may have silenced it
        with suppress(TelegramForbiddenError, TelegramBadRequest):
            if level_of(settings, None, chat.level) is Level.GUEST:
                await _announce(event.bot, context, chat, event.from_user)
            elif chat.level is not Level.BLOCKED:
                await _greet(event.bot, chat, event.from_user.id)


async def _announce(bot: Bot, context: Context, chat: Chat, adder: User) -> None:
    """A stranger brought a private bot somewhere: nothing is said there until it is let in."""
    async with context.database.write() as connection:
        is_first = await levels.tell_once(connection, chat.id)
    if is_first:
        await ask_to_let_in(bot, context, chat, adder)
        speak(chat.reads)
        await bot.send_message(
            adder.id if chat.kind is ChatKind.CHANNEL else chat.id, level_texts.asked()
        )


async def _greet(bot: Bot, chat: Chat, adder: int) -> None:
    speak(chat.reads)
    if chat.kind is not ChatKind.CHANNEL:
        if chat.state is ChatState.ACTIVE:
            await bot.send_message(chat.id, texts.greeting())
    elif chat.state is ChatState.ACTIVE:
        await bot.send_message(
            adder, texts.added_to_channel(chat), reply_markup=keyboards.places([chat], None)
        )
    else:
        await bot.send_message(adder, texts.may_not_post(chat))


async def note_move(message: Message, context: Context) -> None:
    """A group became a supergroup, whose id is another: all that it has goes there."""
    new = message.migrate_to_chat_id
    if new is None:
        return
    async with context.database.write() as connection:
        await moving.move(connection, message.chat.id, new)
    await wake(context.redis)
    _log.info("chat moved", chat=message.chat.id, to=new)


async def note_title(message: Message, context: Context) -> None:
    """A group is called otherwise now."""
    async with context.database.write() as connection:
        await chats.set_title(connection, message.chat.id, message.new_chat_title)


async def note_reopening(message: Message, context: Context) -> None:
    """A topic is open again: a chat that fell silent because none was left may hear again."""
    async with context.database.write() as connection:
        chat = await chats.get(connection, message.chat.id)
        if chat is None or chat.state is not ChatState.SILENCED:
            return
        await chats.set_state(connection, chat.id, ChatState.ACTIVE, None)
    _log.info("chat changed", chat=message.chat.id, state=ChatState.ACTIVE.value)


def _is_away(member: ChatMemberUnion) -> bool:
    # who is restricted stays so after leaving
    return member.status in _AWAY or (
        isinstance(member, ChatMemberRestricted) and not member.is_member
    )


def _state(event: ChatMemberUpdated) -> tuple[ChatState, str | None]:
    member, kind = event.new_chat_member, event.chat.type
    if kind == "private":
        if member.status in {"kicked", "left"}:
            return ChatState.BLOCKED, "blocked by the person"
        return ChatState.ACTIVE, None
    if member.status == "kicked":
        return ChatState.KICKED, "removed from the chat for good"
    if _is_away(member):
        return ChatState.LEFT, "removed from the chat"
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return ChatState.SILENCED, "it may not write there"
    if kind == "channel" and member.status != "administrator":
        return ChatState.SILENCED, "it is no administrator of the channel any more"
    if (
        kind == "channel"
        and isinstance(member, ChatMemberAdministrator)
        and member.can_post_messages is False
    ):
        return ChatState.SILENCED, "it may not post in the channel"
    return ChatState.ACTIVE, None
