"""``/list`` and its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.watch import PageButton
from bot.keyboards import watch as keyboards
from bot.keyboards.rows import PAGE_LENGTH
from bot.languages import _
from bot.middlewares.permission import OPEN
from bot.naming import as_named
from bot.texts import watches as texts
from data.queries import watches

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chat


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="watchlist")
    router.message.register(show_list, Command("list", ignore_case=True), flags=OPEN)
    router.callback_query.register(turn_page, PageButton.filter(), flags=OPEN)
    return router


async def show_list(message: Message, context: Context, chat: Chat) -> None:
    """The first page."""
    text, keyboard = await _page(context, chat, 0)
    await answer(message, text, keyboard)


async def turn_page(
    query: CallbackQuery, callback_data: PageButton, context: Context, chat: Chat
) -> None:
    """Another page, in place of this one."""
    text, keyboard = await _page(context, chat, callback_data.page)
    await show(query, text, keyboard)


async def _page(context: Context, chat: Chat, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
    async with context.database.read() as connection:
        mine = await watches.of_chat(connection, chat.id)
        mine = await as_named(connection, chat, mine)
    if not mine:
        return _(texts.EMPTY_LIST), None
    length = PAGE_LENGTH
    pages = -(-len(mine) // length)
    page = min(page, pages - 1)
    part = mine[page * length : (page + 1) * length]
    names = [(watch, texts.caption(watch, context.chains)) for watch in part]
    text = texts.watchlist(part, len(mine), chat, context.chains, context.clock())
    return text, keyboards.watchlist(names, page, pages)
