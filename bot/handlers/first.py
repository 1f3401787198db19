"""The first minute: three questions in one message, each to be tapped, left out, or gone back to.

What is tapped holds at once. So a restart in between, a keyboard of last week and a double tap do
no harm; only the question for an address waits for what is written next.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, show
from bot.asking import answers, expect, settle
from bot.buttons.first import FIRST_PRESETS, FirstAct, FirstButton
from bot.first import choices, left
from bot.first.hours import GUESSES, HOURS
from bot.first.known import WELL_KNOWN
from bot.first.sample import sample_alert
from bot.hours.quiet import set_quiet
from bot.keyboards import first as keyboards
from bot.keyboards.quiet import ZONES
from bot.languages import _, current
from bot.parse.pasted import parse_pasted
from bot.texts import first as texts
from bot.texts import general
from bot.watchlist import watch_address
from data.errors import InputError
from data.model import Quiet
from data.queries import chats
from data.queries.moving import GENERAL
from data.redis.wake import wake

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chat

    Screen = tuple[str, InlineKeyboardMarkup]


class First(StatesGroup):
    """What is asked for in writing."""

    address = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="first")
    router.callback_query.register(tap, FirstButton.filter())
    router.message.register(take_addresses, StateFilter(First.address), answers)
    return router


async def begin(message: Message, context: Context, chat: Chat) -> None:
    """Greet somebody new with the first question; offer others the way to what they have."""
    async with context.database.read() as connection:
        chosen = await choices.read_choices(connection, chat, context)
    if chosen.is_empty:
        text = f"{texts.greeting(context.chains)}\n\n{texts.sources(chosen)}"
        await answer(message, text, keyboards.sources(chosen))
    else:
        await answer(message, texts.back_again(chosen.count), keyboards.end())


async def take_addresses(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """Watch what was pasted as the answer, and ask on. Raises InputError for what is none."""
    pasted = parse_pasted(message.text or "", context.chains)
    if not pasted.addresses:
        raise pasted.mistake or InputError(texts.NO_ADDRESS)
    async with context.database.write() as connection:
        for address in pasted.addresses:
            await watch_address(connection, chat, address, None, None, context.clock(), GENERAL)
        chosen = await choices.read_choices(connection, chat, context)
    await settle(state)
    said = texts.now_watching(len(pasted.addresses))
    await answer(message, f"{said}\n\n{texts.sources(chosen)}", keyboards.sources(chosen))


async def tap(
    query: CallbackQuery,
    callback_data: FirstButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> str | None:
    """Do what the button says, and show the step that follows in the same message."""
    act, value = callback_data.act, callback_data.value
    if act is FirstAct.PASTE:
        await expect(state, First.address)
        await show(query, _(texts.PASTE), keyboards.back_to_sources())
        return None
    await settle(state)
    said = None
    if act is FirstAct.WATCH:
        await _choose(value, context, chat)
    elif act is FirstAct.LEAVE:
        said = await _leave(value, context, chat)
    await show(query, *await _step(act, value, context, chat))
    return said


async def _step(act: FirstAct, value: str, context: Context, chat: Chat) -> Screen:
    if act is FirstAct.FROM:
        await _ask_for(value, context, chat)
        return texts.hours(), keyboards.hours(chat.quiet)
    if act is FirstAct.QUIET and value:
        _span(value)
        guess = chat.time_zone or GUESSES[current()]
        return _(texts.WHERE), keyboards.zones(value, context.clock(), guess)
    if act in {FirstAct.QUIET, FirstAct.ZONE}:
        await _rest(value, context, chat)
        return await _end(context, chat)
    if act is FirstAct.VALUES:
        return await _values(context, chat)
    if act is FirstAct.HOURS:
        return texts.hours(), keyboards.hours(chat.quiet)
    return await (_end(context, chat) if act is FirstAct.END else _sources(context, chat))


async def _sources(context: Context, chat: Chat) -> Screen:
    async with context.database.read() as connection:
        chosen = await choices.read_choices(connection, chat, context)
    return texts.sources(chosen), keyboards.sources(chosen)


async def _values(context: Context, chat: Chat) -> Screen:
    async with context.database.read() as connection:
        chosen = await choices.read_choices(connection, chat, context)
    return texts.values(chat, chosen), keyboards.values(chat)


async def _end(context: Context, chat: Chat) -> Screen:
    async with context.database.read() as connection:
        chosen = await choices.read_choices(connection, chat, context)
        now = await chats.get(connection, chat.id) or chat
    sample = await sample_alert(context, now)
    return texts.end(now, chosen, sample), keyboards.end()


async def _choose(value: str, context: Context, chat: Chat) -> None:
    _check(value)
    records = await left.kept(context.redis, chat, value)
    async with context.database.write() as connection:
        await left.put_back(connection, chat, records)
        if value == keyboards.EVERYTHING:
            await choices.watch_everything(connection, chat, context, context.clock())
        else:
            await choices.watch_exchange(connection, chat, context, value, context.clock())


async def _leave(value: str, context: Context, chat: Chat) -> str | None:
    """What is said of it, where it can be had again."""
    _check(value)
    async with context.database.write() as connection:
        if value == keyboards.EVERYTHING:
            records = await choices.leave_everything(connection, chat, context)
        else:
            records = await choices.leave_exchange(connection, chat, context, value)
    return _(texts.LEFT_OUT) if await left.keep(context.redis, chat, value, records) else None


def _check(choice: str) -> None:
    if choice not in {keyboards.EVERYTHING, *WELL_KNOWN}:
        raise InputError(general.BUTTON_TOO_OLD)


async def _ask_for(value: str, context: Context, chat: Chat) -> None:
    if not value.isdecimal() or int(value) not in FIRST_PRESETS:
        raise InputError(general.BUTTON_TOO_OLD)
    async with context.database.write() as connection:
        await choices.ask_for(connection, chat, context, Decimal(value))


async def _rest(value: str, context: Context, chat: Chat) -> None:
    """Note the hours, or that there are none."""
    name, _slash, zone = value.partition("/")
    quiet = None
    if value:
        if zone not in {*ZONES, *GUESSES.values(), chat.time_zone}:
            raise InputError(general.BUTTON_TOO_OLD)
        quiet = Quiet(*_span(name), chat.quiet.times if chat.quiet else None)
    async with context.database.write() as connection:
        await set_quiet(connection, chat.id, quiet, context.clock(), time_zone=zone or None)
    await wake(context.redis)  # what waited may be due now


def _span(name: str) -> tuple[int, int]:
    if name not in HOURS:
        raise InputError(general.BUTTON_TOO_OLD)
    return HOURS[name]
