"""``/privacy``: what is kept about a chat; ``/forget``: nothing any more."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.privacy import PrivacyAct, PrivacyButton
from bot.handlers.export import hand_over_all
from bot.keyboards import privacy as keyboards
from bot.languages import _
from bot.levels import level_of
from bot.middlewares.lateness import SPEAKS
from bot.middlewares.permission import OPEN
from bot.texts import privacy as texts
from data.errors import InputError
from data.model import ChatKind, Level
from data.queries import holdings
from data.redis import rights, traces
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chat

_log = structlog.get_logger(__name__)

ASKED_WITHIN = timedelta(hours=1)
PATIENCE = 10.0
"""Seconds that are waited for what the chat is just being told; then it is forgotten anyway."""
_LOOK_AGAIN = 0.1


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="privacy")
    router.message.register(tell, Command("privacy", ignore_case=True), flags=OPEN)
    router.message.register(ask, Command("forget", ignore_case=True), flags=SPEAKS)
    router.callback_query.register(tap, PrivacyButton.filter())
    return router


async def tell(message: Message, context: Context) -> None:
    """What is kept, where, how long."""
    await answer(message, texts.about(context.settings), keyboards.about_data())


async def ask(message: Message, context: Context, chat: Chat) -> None:
    """Whether to forget it."""
    await answer(message, *_question(context, chat))


async def tap(
    query: CallbackQuery, callback_data: PrivacyButton, context: Context, chat: Chat
) -> None:
    """Do what the button says."""
    match callback_data.act:
        case PrivacyAct.EXPORT:
            if query.message is not None:
                await hand_over_all(query.message, context, chat)
        case PrivacyAct.ASK:
            await show(query, *_question(context, chat))
        case PrivacyAct.KEEP:
            await show(query, _(texts.KEPT))
        case PrivacyAct.FORGET:
            asked_at = datetime.fromtimestamp(min(callback_data.asked_at, 2**33), UTC)
            if context.clock() - asked_at > ASKED_WITHIN:
                raise InputError(texts.ASKED_LONG_AGO)
            await forget(context, chat, query.from_user.id)
            stranger = _afterwards(context, chat) is Level.GUEST
            await show(query, _(texts.FORGOTTEN_STRANGER if stranger else texts.FORGOTTEN))


def _question(context: Context, chat: Chat) -> tuple[str, InlineKeyboardMarkup]:
    before = level_of(context.settings, _person(chat), chat.level)
    text = texts.ask(before, _afterwards(context, chat))
    return text, keyboards.confirm(context.clock())


def _afterwards(context: Context, chat: Chat) -> Level:
    """What it may do when it is met again."""
    return level_of(context.settings, _person(chat), None)


def _person(chat: Chat) -> int | None:
    return chat.id if chat.kind is ChatKind.PRIVATE else None


async def forget(context: Context, chat: Chat, person: int) -> None:
    """Delete all that is kept about a chat, once nothing is on its way there."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while True:
        patiently = loop.time() < until
        async with context.database.write() as connection:
            if await holdings.forget(connection, chat.id, patiently=patiently):
                break
        await asyncio.sleep(_LOOK_AGAIN)
    # what is left there ends by itself
    with suppress(RedisAway):
        await traces.forget(context.redis, chat.id)
        if await rights.acts_for(context.redis, person) == chat.id:
            await rights.act_for(context.redis, person, None)
    _log.info("forgotten all about a chat")
