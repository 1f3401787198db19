"""``/mute [number] <duration or forever>`` and ``/unmute [number]``: one watch, or the whole
chat."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.chat import UNTIL_UNMUTED, ChatMuteButton
from bot.buttons.watch import MUTE_PRESETS
from bot.hours.quiet import retime
from bot.keyboards import chat as keyboards
from bot.parse.duration import parse_duration
from bot.parse.reference import referred
from bot.texts import general
from bot.texts import mutes as texts
from bot.texts.words import is_muted
from bot.watchlist import meant_watch
from data.errors import InputError
from data.model import FOREVER
from data.queries import chats, watches

if TYPE_CHECKING:
    from datetime import datetime

    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat, Watch

_FOREVER = "forever"
_NUMBER = re.compile(r"#?([0-9]{1,9})")


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="mute")
    router.message.register(mute, Command("mute", ignore_case=True))
    router.message.register(unmute, Command("unmute", ignore_case=True))
    router.callback_query.register(tap, ChatMuteButton.filter())
    return router


async def mute(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Be quiet for a while, counted from when it was asked for."""
    now = context.clock()
    words = (command.args or "").split()
    if not words:
        keyboard = keyboards.chat_mutes(muted=is_muted(chat.muted_until, now))
        await answer(message, texts.overview(chat, now), keyboard)
        return
    number = _NUMBER.fullmatch(words[0])
    if number and len(words) > 1 and words[1][0].isalpha() and words[1].casefold() != _FOREVER:
        number = None  # 30 min, not watch 30
    time = " ".join(words[1:] if number else words)
    until = FOREVER
    if time.casefold() != _FOREVER:
        duration = parse_duration(time)
        until = message.date + duration
        if until <= now:
            await answer(message, texts.expired(duration, now - message.date))
            return
    watch = await _mute(context, chat, int(number[1]) if number else None, until)
    await answer(message, texts.muted(watch, until, now, context.chains))


async def unmute(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """End a mute."""
    text = await _unmute(context, chat, (command.args or "").strip())
    await answer(message, text)


async def tap(
    query: CallbackQuery, callback_data: ChatMuteButton, context: Context, chat: Chat
) -> str | None:
    """Mute or unmute the whole chat."""
    if callback_data.minutes == 0:
        await show(query, await _unmute(context, chat, ""))
        return None
    now, until = context.clock(), FOREVER
    if callback_data.minutes != UNTIL_UNMUTED:
        if callback_data.minutes not in MUTE_PRESETS:
            raise InputError(general.BUTTON_TOO_OLD)
        until = now + timedelta(minutes=callback_data.minutes)
    await _mute(context, chat, None, until)
    await show(query, texts.muted(None, until, now, context.chains))
    return None


async def _mute(context: Context, chat: Chat, number: int | None, until: datetime) -> Watch | None:
    async with context.database.write() as connection:
        if number is None:
            await chats.mute(connection, chat.id, until)
            return None
        watch = referred(number, await watches.of_chat(connection, chat.id))
        await watches.mute(connection, watch.id, until)
        return watch


async def _unmute(context: Context, chat: Chat, reference: str) -> str:
    now = context.clock()
    async with context.database.write() as connection:
        if not reference:
            await chats.mute(connection, chat.id, None)
            # a digest may have waited for this
            await retime(connection, chat.id, now)
            was = is_muted(chat.muted_until, now)
            return texts.unmuted(None, context.chains, was=was)
        watch = await meant_watch(connection, chat, reference)
        await watches.mute(connection, watch.id, None)
    was = is_muted(watch.muted_until, now)
    return texts.unmuted(watch, context.chains, was=was)
