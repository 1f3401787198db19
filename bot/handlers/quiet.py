"""``/quiet [hours] [zone]`` and ``/digest [daily 08:00, hourly or off]``, and their buttons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, show
from bot.asking import answers, ask, settle
from bot.buttons.quiet import (
    A_DAY,
    DigestAct,
    DigestButton,
    QuietAct,
    QuietButton,
    Screen,
    ZoneButton,
)
from bot.hours.clock import keep_time
from bot.hours.quiet import set_digest, set_quiet, set_time_zone
from bot.keyboards import quiet as keyboards
from bot.languages import _
from bot.parse.hours import is_off, parse_digests, parse_hours, parse_time
from bot.parse.zone import zones_called
from bot.texts import general
from bot.texts import quiet as texts
from data.errors import InputError
from data.model import DigestEvery, Quiet
from data.redis.wake import wake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram.filters import CommandObject
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chat

    Shown = tuple[str, InlineKeyboardMarkup]


class Asked(StatesGroup):
    """What the next thing that a person writes may answer."""

    hours = State()
    time = State()
    zone = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="quiet")
    router.message.register(quiet, Command("quiet", ignore_case=True))
    router.message.register(digest, Command("digest", ignore_case=True))
    router.message.register(hours_written, Asked.hours, answers)
    router.message.register(time_written, Asked.time, answers)
    router.message.register(zone_written, Asked.zone, answers)
    router.callback_query.register(tap_quiet, QuietButton.filter())
    router.callback_query.register(tap_digest, DigestButton.filter())
    router.callback_query.register(tap_zone, ZoneButton.filter())
    return router


async def quiet(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Show the quiet hours, or change them."""
    text = (command.args or "").strip()
    if not text:
        await answer(message, *_screen(Screen.QUIET, chat, context))
        return
    await answer(message, *await _set_hours(context, chat, text))


async def digest(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Show the digests, or change them."""
    text = (command.args or "").strip()
    if not text:
        await answer(message, *_screen(Screen.DIGEST, chat, context))
        return
    wish = parse_digests(text)
    zones = _zones_of(wish.zone)
    times = chat.digest_times if wish.times is None else wish.times
    at = chat.digest_at if wish.at is None else wish.at
    chat = await _change_digest(context, chat, wish.every, at, times, _the_one(zones))
    await answer(message, *_after(Screen.DIGEST, chat, context, wish.zone, zones))


async def hours_written(message: Message, state: FSMContext, context: Context, chat: Chat) -> None:
    """Hours, as an answer to the question for them."""
    shown = await _set_hours(context, chat, message.text or "")
    await settle(state)
    await answer(message, *shown)


async def time_written(message: Message, state: FSMContext, context: Context, chat: Chat) -> None:
    """The time of the daily digest, as an answer."""
    at = parse_time(message.text or "")
    chat = await _change_digest(context, chat, DigestEvery.DAY, at, chat.digest_times)
    await settle(state)
    await answer(message, *_after(Screen.DIGEST, chat, context))


async def zone_written(message: Message, state: FSMContext, context: Context, chat: Chat) -> None:
    """A city, as an answer; asked again with buttons where it may be several."""
    name = message.text or ""
    zones = _zones_of(name)
    back = Screen((await state.get_data()).get("back", Screen.QUIET))
    if zone := _the_one(zones):
        chat = await _change_zone(context, chat, zone)
    await settle(state)
    await answer(message, *_after(back, chat, context, name, zones))


async def tap_quiet(
    query: CallbackQuery,
    callback_data: QuietButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> str | None:
    """Change the quiet hours by button."""
    value, now, said = callback_data.value, chat.quiet, None
    match callback_data.act:
        case QuietAct.ASK:
            await ask(query, state, Asked.hours, _(texts.ASK_HOURS))
            return None
        case QuietAct.SHOW:
            pass
        case QuietAct.OFF:
            chat = await _change_quiet(context, chat, None)
            said = texts.now_quiet(None)
        case QuietAct.HOURS:
            begins, ends = divmod(value, A_DAY)
            if begins == ends:
                raise InputError(general.BUTTON_TOO_OLD)
            wanted = Quiet(begins, ends, now.times if now else None)
            chat = await _change_quiet(context, chat, wanted)
            said = texts.now_quiet(wanted)
        case QuietAct.TIMES if now is not None:
            chat = await _change_quiet(context, chat, replace(now, times=value or None))
        case QuietAct.TIMES:
            raise InputError(general.BUTTON_TOO_OLD)
    asked = callback_data.act is QuietAct.HOURS
    shown = _after(Screen.QUIET, chat, context) if asked else _screen(Screen.QUIET, chat, context)
    await show(query, *shown)
    return said


async def tap_digest(
    query: CallbackQuery,
    callback_data: DigestButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> None:
    """Change the digests by button."""
    value, every, at, times = callback_data.value, chat.digest, chat.digest_at, chat.digest_times
    match callback_data.act:
        case DigestAct.ASK:
            await ask(query, state, Asked.time, _(texts.ASK_TIME))
            return
        case DigestAct.SHOW:
            await show(query, *_screen(Screen.DIGEST, chat, context))
            return
        case DigestAct.OFF:
            every = DigestEvery.OFF
        case DigestAct.HOURLY:
            every = DigestEvery.HOUR
        case DigestAct.DAILY if value < A_DAY:
            every, at = DigestEvery.DAY, value
        case DigestAct.TIMES if every is not DigestEvery.OFF:
            times = value or None
        case _:
            raise InputError(general.BUTTON_TOO_OLD)
    chat = await _change_digest(context, chat, every, at, times)
    asked = callback_data.act is DigestAct.DAILY
    shown = _after(Screen.DIGEST, chat, context) if asked else _screen(Screen.DIGEST, chat, context)
    await show(query, *shown)


async def tap_zone(
    query: CallbackQuery,
    callback_data: ZoneButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> None:
    """Choose a time zone by button."""
    zone, back = callback_data.zone, callback_data.back
    if zone == "?":
        await ask(query, state, Asked.zone, _(texts.ASK_ZONE), back=back)
        return
    now = context.clock()
    if not zone:
        await show(query, texts.choose_zone(now), keyboards.zones(back, now))
        return
    if zones_called(zone) != [zone]:
        raise InputError(general.BUTTON_TOO_OLD)
    chat = await _change_zone(context, chat, zone)
    await show(query, *_screen(back, chat, context))


async def _set_hours(context: Context, chat: Chat, text: str) -> Shown:
    if is_off(text):
        return _screen(Screen.QUIET, await _change_quiet(context, chat, None), context)
    hours = parse_hours(text)
    zones = _zones_of(hours.zone)
    times = hours.times
    if times is None and chat.quiet is not None:
        times = chat.quiet.times
    wanted = Quiet(hours.begins, hours.ends, times)
    chat = await _change_quiet(context, chat, wanted, _the_one(zones))
    return _after(Screen.QUIET, chat, context, hours.zone, zones)


def _zones_of(name: str | None) -> list[str]:
    """Raises InputError where nothing is called so."""
    zones = zones_called(name) if name else []
    if name and not zones:
        raise texts.unknown_zone(name)
    return zones


def _the_one(zones: Sequence[str]) -> str | None:
    return zones[0] if len(zones) == 1 else None


async def _change_zone(context: Context, chat: Chat, zone: str) -> Chat:
    async with context.database.write() as connection:
        chat = await set_time_zone(connection, chat.id, zone, context.clock())
    return await _changed(context, chat)


async def _change_quiet(
    context: Context, chat: Chat, wanted: Quiet | None, zone: str | None = None
) -> Chat:
    async with context.database.write() as connection:
        chat = await set_quiet(connection, chat.id, wanted, context.clock(), time_zone=zone)
    return await _changed(context, chat)


async def _change_digest(
    context: Context,
    chat: Chat,
    every: DigestEvery,
    at: int | None,
    times: int | None,
    zone: str | None = None,
) -> Chat:
    now = context.clock()
    async with context.database.write() as connection:
        chat = await set_digest(connection, chat.id, every, at, times, now, time_zone=zone)
    return await _changed(context, chat)


async def _changed(context: Context, chat: Chat) -> Chat:
    """What waited may be due now; and the answer goes by the clocks that were chosen."""
    keep_time(chat.time_zone)
    await wake(context.redis)
    return chat


def _screen(which: Screen, chat: Chat, context: Context) -> Shown:
    said, clocks = _said(which, chat), texts.clocks(chat, context.clock())
    keyboard = keyboards.quiet(chat) if which is Screen.QUIET else keyboards.digest(chat)
    return f"{said}\n\n{clocks}", keyboard


def _said(which: Screen, chat: Chat) -> str:
    return texts.quiet(chat) if which is Screen.QUIET else texts.digest(chat)


def _after(
    which: Screen,
    chat: Chat,
    context: Context,
    name: str | None = None,
    zones: Sequence[str] = (),
) -> Shown:
    """After a change: the screen, or what is not clear about the zone."""
    now, said = context.clock(), _said(which, chat)
    if name and len(zones) > 1:
        return f"{said}\n\n{texts.which_zone(name)}", keyboards.zones(which, now, zones)
    if chat.time_zone is None:
        return f"{said}\n\n{texts.choose_zone(now)}", keyboards.zones(which, now)
    return _screen(which, chat, context)
