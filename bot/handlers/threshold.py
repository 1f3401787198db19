"""``/threshold [number] <value>``: of one watch, or the chat's default."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.chat import ChatThresholdButton
from bot.buttons.feeds import FEED_PRESETS
from bot.buttons.thresholds import StepButton
from bot.buttons.watch import USD_PRESETS
from bot.keyboards import chat as keyboards
from bot.keyboards import thresholds as steps
from bot.languages import _
from bot.parse.number import looks_numeric
from bot.parse.reference import referred
from bot.parse.threshold import assets_called, parse_threshold
from bot.rehearsal import around_it
from bot.texts import general
from bot.texts import watches as texts
from bot.watchlist import own_watch
from data.errors import InputError
from data.model import UnitThreshold, UsdThreshold
from data.queries import chats, watches

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chain, Chat, Threshold, Watch

_NUMBER = re.compile(r"#?([0-9]{1,9})")
_DEFAULT = "default"


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="threshold")
    router.message.register(threshold, Command("threshold", ignore_case=True))
    router.callback_query.register(step, StepButton.filter())
    router.callback_query.register(choose_default, ChatThresholdButton.filter())
    return router


async def threshold(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Set one watch's threshold, or the default of all that have none; show what it is."""
    words = (command.args or "").split()
    if not words:
        await answer(message, texts.default_threshold(chat), keyboards.chat_thresholds())
        return
    number = _NUMBER.fullmatch(words[0])
    value = words[1:]
    if number and value and (looks_numeric(value[0]) or value[0].casefold() == _DEFAULT):
        await answer(message, *await _set_one(context, chat, int(number[1]), " ".join(value)))
        return
    if number and value and not assets_called(value[0], context.chains):
        text = await _refuse_value(context, chat, int(number[1]), " ".join(value), words)
    elif number and not value:
        text = await _set_default_unless_number(context, chat, int(number[1]), words[0])
    else:
        text = await _set_default(context, chat, " ".join(words))
    await answer(message, text)


async def choose_default(
    query: CallbackQuery, callback_data: ChatThresholdButton, context: Context, chat: Chat
) -> str:
    """Set the chat's default to one of the values offered."""
    if callback_data.usd not in USD_PRESETS:
        raise InputError(general.BUTTON_TOO_OLD)
    text = await _write_default(context, chat, Decimal(callback_data.usd))
    await show(query, text)
    return _("Default changed")


async def step(
    query: CallbackQuery, callback_data: StepButton, context: Context, chat: Chat
) -> str:
    """Set a watch's threshold lower or higher, or as it was before."""
    wanted = UsdThreshold(Decimal(callback_data.usd)) if callback_data.usd else None
    async with context.database.write() as connection:
        watch = await own_watch(connection, chat, callback_data.id)
        if wanted is None and watch.is_feed:
            raise InputError(general.BUTTON_TOO_OLD)
        await watches.set_threshold(connection, watch.id, wanted)
    await show(query, *await _is_set(context, chat, watch, wanted))
    return _("Threshold changed")


async def _set_one(
    context: Context, chat: Chat, number: int, text: str
) -> tuple[str, InlineKeyboardMarkup]:
    async with context.database.write() as connection:
        watch = referred(number, await watches.of_chat(connection, chat.id))
        wanted = None
        if text.casefold() != _DEFAULT:
            wanted = parse_threshold(text, _chains_of(watch, context))
        elif watch.is_feed:
            raise InputError("A whale feed has a threshold of its own: write an amount, like $5m.")
        await watches.set_threshold(connection, watch.id, wanted)
    return await _is_set(context, chat, watch, wanted)


async def _is_set(
    context: Context, chat: Chat, before: Watch, wanted: Threshold | None
) -> tuple[str, InlineKeyboardMarkup]:
    """What it is now, what that would have told, and the ways to lower and higher values."""
    watch = replace(before, threshold=wanted)
    presets = FEED_PRESETS if watch.is_feed else USD_PRESETS
    async with context.database.read() as connection:
        said, values = await around_it(connection, context, chat, watch, presets)
    text = texts.threshold_set(watch, chat, context.chains)
    return f"{text}\n\n{said}", steps.steps(watch, before, chat, values)


def _chains_of(watch: Watch, context: Context) -> list[Chain]:
    return [chain for chain in context.chains if watch.chain in {None, chain.name}]


async def _refuse_value(
    context: Context, chat: Chat, number: int, value: str, words: list[str]
) -> str:
    """``1 foo`` says of foo that it is no amount where there is a watch 1, and else as a whole."""
    async with context.database.read() as connection:
        mine = await watches.of_chat(connection, chat.id)
    if any(watch.number == number for watch in mine):
        parse_threshold(value, context.chains)
    return await _set_default(context, chat, " ".join(words))


async def _set_default_unless_number(context: Context, chat: Chat, number: int, text: str) -> str:
    async with context.database.read() as connection:
        mine = await watches.of_chat(connection, chat.id)
    if text.startswith("#") or any(watch.number == number for watch in mine):
        raise InputError(
            "To what shall I set watch {number}? Write /threshold {number} $100k; for the chat's"
            " default write /threshold ${number}.",
            number=number,
        )
    return await _set_default(context, chat, text)


async def _set_default(context: Context, chat: Chat, text: str) -> str:
    wanted = parse_threshold(text, context.chains)
    if isinstance(wanted, UnitThreshold):
        raise InputError(
            "The chat's default is in dollars, like $100k; units go to one watch, like"
            " /threshold 2 {amount}.",
            amount=f"{wanted.quantity:f} {wanted.symbol}",
        )
    return await _write_default(context, chat, wanted.usd)


async def _write_default(context: Context, chat: Chat, usd: Decimal) -> str:
    async with context.database.write() as connection:
        await chats.set_default_threshold(connection, chat.id, usd)
        concerned = await _without_own(connection, chat)
    return texts.default_threshold_set(replace(chat, default_threshold_usd=usd), concerned)


async def _without_own(connection: AsyncConnection, chat: Chat) -> int:
    return sum(watch.threshold is None for watch in await watches.of_chat(connection, chat.id))
