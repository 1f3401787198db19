"""Users and chats: how many there are, lists of them, one of them, and who may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiogram import F, Router
from aiogram.dispatcher.event.handler import CallbackType
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, show
from bot.asking import answers, ask, settle
from bot.buttons.operators import Desk, DeskButton, LevelAct, LevelButton, Roll, RollButton
from bot.keyboards import operators as keyboards
from bot.languages import _
from bot.levels import level_of
from bot.middlewares.introduction import PERSONAL
from bot.parse.text import cleaned
from bot.texts import operators as texts
from data.errors import InputError
from data.model import ChatKind, Level
from data.queries import census, chats, levels

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat

_log = structlog.get_logger(__name__)

PAGE = 8
_LEVELS_OF: dict[Roll, tuple[Level, ...]] = {
    Roll.EVERYBODY: (),
    Roll.ADMINS: (Level.ADMIN,),
    Roll.GUESTS: (Level.GUEST,),
    Roll.BLOCKED: (Level.BLOCKED,),
    Roll.PLACES: (),
}


class Question(StatesGroup):
    """What an operator may have been asked."""

    whom = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="people")
    screens: dict[Desk, CallbackType] = {Desk.USERS: users, Desk.CHATS: places, Desk.FIND: find}
    for screen, handler in screens.items():
        chosen = DeskButton.filter(F.screen == screen)
        router.callback_query.register(handler, chosen, flags=PERSONAL)
    router.callback_query.register(roll, RollButton.filter(), flags=PERSONAL)
    acts = {LevelAct.OPEN: card, LevelAct.ASK: confirm, LevelAct.SET: give}
    for act, handler in acts.items():
        chosen = LevelButton.filter(F.act == act)
        router.callback_query.register(handler, chosen, flags=PERSONAL)
    router.message.register(found, Question.whom, answers, flags=PERSONAL)
    return router


async def users(query: CallbackQuery, context: Context) -> None:
    """How many people there are, new ones, and by level."""
    async with context.database.read() as connection:
        people = await census.people(connection, context.clock() - timedelta(days=1))
    text = texts.users(people, len(context.settings.admin_ids))
    await show(query, text, keyboards.users(people.levels))


async def places(query: CallbackQuery, context: Context) -> None:
    """How many chats there are, by kind and state."""
    async with context.database.read() as connection:
        counted = await census.kinds_and_states(connection)
    await show(query, texts.chats(counted), keyboards.chats())


async def roll(query: CallbackQuery, callback_data: RollButton, context: Context) -> None:
    """A page of a list; the last one where there are not so many any more."""
    which, page = callback_data.roll, callback_data.page
    async with context.database.read() as connection:
        listed, total = await _page(connection, which, page)
        pages = max(1, -(-total // PAGE))
        if page >= pages:
            page = pages - 1
            listed, total = await _page(connection, which, page)
    text = texts.roll(total, page, pages)
    await show(query, text, keyboards.roll(listed, which, page, pages))


async def find(query: CallbackQuery, state: FSMContext) -> None:
    """Ask whom."""
    await ask(query, state, Question.whom, _(texts.ASK_WHOM))


async def found(message: Message, context: Context, state: FSMContext, level: Level) -> None:
    """Whoever has that id or name: a card of one, a list of several."""
    text = cleaned(message.text or "").strip()
    async with context.database.read() as connection:
        several = await census.find(connection, text, PAGE) if text else []
    if not several:
        raise InputError(texts.NOBODY)
    await settle(state)
    if len(several) == 1:
        await answer(message, *await _card(context, several[0], level))
    else:
        await answer(message, texts.roll(len(several), 0, 1), keyboards.found(several))


async def card(
    query: CallbackQuery, callback_data: LevelButton, context: Context, level: Level
) -> None:
    """One of those who talk to the bot."""
    chat = await _known(context, callback_data.chat)
    await show(query, *await _card(context, chat, level))


async def confirm(
    query: CallbackQuery, callback_data: LevelButton, context: Context, level: Level
) -> None:
    """Ask before somebody gets another level."""
    chat = await _known(context, callback_data.chat)
    _check(context, level, chat, callback_data.level)
    text = texts.confirm_level(chat, callback_data.level)
    await show(query, text, keyboards.confirm_level(chat, callback_data.level))


async def give(
    query: CallbackQuery, callback_data: LevelButton, context: Context, level: Level
) -> None:
    """Give somebody another level; a second tap changes nothing."""
    chat, wanted = await _known(context, callback_data.chat), callback_data.level
    if chat.level is not wanted:
        _check(context, level, chat, wanted)
        async with context.database.write() as connection:
            changed = await levels.set_level(connection, chat.id, wanted, was=chat.level)
        if changed:
            by = query.from_user.id
            _log.info("level changed", chat=chat.id, level=wanted.value, by=by)
        chat = await _known(context, chat.id)
    await show(query, *await _card(context, chat, level))


def _check(context: Context, reader: Level, chat: Chat, wanted: Level) -> None:
    """Raise InputError where that is not for the reader to give."""
    if wanted not in keyboards.choices_of(reader, chat, _level(context, chat)):
        raise InputError(texts.NOT_YOURS)


def _level(context: Context, chat: Chat) -> Level:
    person = chat.id if chat.kind is ChatKind.PRIVATE else None
    return level_of(context.settings, person, chat.level)


async def _page(connection: AsyncConnection, which: Roll, page: int) -> tuple[list[Chat], int]:
    return await census.listed(
        connection,
        persons=which is not Roll.PLACES,
        levels=_LEVELS_OF[which],
        offset=page * PAGE,
        limit=PAGE,
    )


async def _known(context: Context, chat_id: int) -> Chat:
    async with context.database.read() as connection:
        chat = await chats.get(connection, chat_id)
    if chat is None:
        raise InputError(texts.NOT_KNOWN)
    return chat


async def _card(context: Context, chat: Chat, reader: Level) -> tuple[str, InlineKeyboardMarkup]:
    async with context.database.read() as connection:
        watches = await census.watches_of(connection, chat.id)
    level = _level(context, chat)
    text = texts.card(chat, level, watches, context.clock())
    return text, keyboards.card(chat, keyboards.choices_of(reader, chat, level))
