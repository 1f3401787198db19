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
from bot.watchlist import in_order
from data.queries import watchlists

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
    length = PAGE_LENGTH
    async with context.database.read() as connection:
        total = await watchlists.count(connection, chat.id)
        pages = -(-total // length)
        page = max(0, min(page, pages - 1))
        ids = await watchlists.ids_of_page(connection, chat.id, page * length, length)
        part = await as_named(connection, chat, await in_order(connection, ids))
    if not part:
        return _(texts.EMPTY_LIST), None
    names = [(watch, texts.caption(watch, context.chains)) for watch in part]
    text = texts.watchlist(part, total, chat, context.chains, context.clock())
    return text, keyboards.watchlist(names, page, pages)
