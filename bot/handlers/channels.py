"""``/channels`` and ``/done``: groups and channels set up from the private chat of who brought the
bot there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.filters import Command

from bot import behalf
from bot.answers import answer, show
from bot.asking import settle
from bot.buttons.places import DoneButton, PlaceButton
from bot.keyboards import places as keyboards
from bot.languages import _
from bot.middlewares.introduction import PERSONAL
from bot.rights import place_of
from bot.texts import groups as texts
from data.errors import InputError
from data.queries import chats
from data.redis import rights

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context


def make_router() -> Router:
    """Its handlers, for private chats only."""
    router = Router(name="channels")
    router.message.filter(F.chat.type == "private")
    router.callback_query.filter(F.message.chat.type == "private")
    router.message.register(choose, Command("channels", "groups", ignore_case=True), flags=PERSONAL)
    router.message.register(done, Command("done", ignore_case=True), flags=PERSONAL)
    router.callback_query.register(begin, PlaceButton.filter(), flags=PERSONAL)
    router.callback_query.register(end, DoneButton.filter(), flags=PERSONAL)
    return router


async def choose(message: Message, context: Context) -> None:
    """The groups and channels to choose from."""
    person = message.from_user
    if person is None:
        return
    async with context.database.read() as connection:
        found = await chats.added_by(connection, person.id)
    acting = await rights.acts_for(context.redis, person.id)
    await answer(message, texts.places(found), keyboards.places(found, acting))


async def begin(
    query: CallbackQuery, callback_data: PlaceButton, context: Context, bot: Bot, state: FSMContext
) -> None:
    """What is written in this chat is about that one, until it is ended; what was asked before was
    about another."""
    person = query.from_user.id
    chat = await place_of(context, bot, callback_data.chat, person)
    if chat is None:
        raise InputError(texts.NOT_AN_ADMINISTRATOR)
    await settle(state)
    await rights.act_for(context.redis, person, chat.id)
    behalf.act(chat)
    await show(query, texts.begun(chat), keyboards.set_up())


async def done(message: Message, context: Context) -> None:
    """Back to the person's own chat."""
    await rights.act_for(context.redis, message.chat.id, None)
    await answer(message, _(texts.DONE))


async def end(query: CallbackQuery, context: Context, state: FSMContext) -> None:
    """The same by a button."""
    await settle(state)
    await rights.act_for(context.redis, query.from_user.id, None)
    await show(query, _(texts.DONE))
