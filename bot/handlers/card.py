"""The buttons of one watch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram import Router

from bot.answers import show
from bot.buttons.feeds import FEED_PRESETS
from bot.buttons.watch import MUTE_PRESETS, USD_PRESETS, Act, WatchButton
from bot.keyboards import watch as keyboards
from bot.languages import _
from bot.naming import as_chat_sees
from bot.texts import general, mutes
from bot.texts import watches as texts
from bot.texts.words import is_muted, time_words
from bot.watchlist import own_watch
from data.errors import InputError
from data.model import UsdThreshold
from data.queries import watches

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.labels import Labels
    from data.model import Chat, Watch


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="card")
    router.callback_query.register(tap, WatchButton.filter())
    return router


async def tap(
    query: CallbackQuery, callback_data: WatchButton, context: Context, chat: Chat
) -> str | None:
    """Do what the button says, and show the watch as it is then."""
    act = callback_data.act
    if act in {Act.OPEN, Act.THRESHOLDS, Act.MUTES, Act.ASK}:
        async with context.database.read() as connection:
            watch = await own_watch(connection, chat, callback_data.id)
            labels = await as_chat_sees(connection, chat, context.labels, watch.address)
        text, keyboard = _view(act, watch, context, chat, labels)
        await show(query, text, keyboard)
        return None
    async with context.database.write() as connection:
        watch = await own_watch(connection, chat, callback_data.id)
        watch, said = await _change(connection, watch, callback_data, context)
        labels = await as_chat_sees(connection, chat, context.labels, watch.address)
    if act is Act.REMOVE:
        await show(query, texts.removed(watch, context.chains))
    else:
        text, keyboard = _view(Act.OPEN, watch, context, chat, labels)
        await show(query, text, keyboard)
    return said


def _view(
    act: Act, watch: Watch, context: Context, chat: Chat, labels: Labels
) -> tuple[str, InlineKeyboardMarkup]:
    now, chains = context.clock(), context.chains
    if act is Act.THRESHOLDS:
        return texts.choose_threshold(watch, chat, chains), keyboards.thresholds(watch)
    if act is Act.MUTES:
        return mutes.choose(watch, chains), keyboards.mutes(watch)
    if act is Act.ASK:
        return texts.ask_removal(watch, chains), keyboards.confirm_removal(watch)
    card = texts.card(watch, chat, chains, labels, now)
    return card, keyboards.card(watch, muted=is_muted(watch.muted_until, now))


async def _change(
    connection: AsyncConnection, watch: Watch, button: WatchButton, context: Context
) -> tuple[Watch, str]:
    now = context.clock()
    if button.act is Act.REMOVE:
        await watches.remove(connection, watch.id)
        return watch, _("Removed")
    if button.act is Act.MUTE and button.value in MUTE_PRESETS:
        until = now + timedelta(minutes=button.value)
        await watches.mute(connection, watch.id, until)
        return replace(watch, muted_until=until), _("Muted until {time}").format(
            time=time_words(until, now)
        )
    if button.act is Act.UNMUTE:
        await watches.mute(connection, watch.id, None)
        return replace(watch, muted_until=None), _("Unmuted")
    if button.act is Act.USD and button.value in {*USD_PRESETS, *FEED_PRESETS}:
        threshold = UsdThreshold(Decimal(button.value))
    elif button.act is Act.DEFAULT and not watch.is_feed:
        threshold = None
    else:
        raise InputError(general.BUTTON_TOO_OLD)
    await watches.set_threshold(connection, watch.id, threshold)
    return replace(watch, threshold=threshold), _("Threshold changed")
