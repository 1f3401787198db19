"""``/name [chain] <address> <name or ->``, ``/names``, and their buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.names import NameAct, NameButton, NamesPageButton
from bot.keyboards import names as keyboards
from bot.keyboards.rows import PAGE_LENGTH
from bot.languages import _
from bot.middlewares.permission import OPEN
from bot.parse.address import looks_like_address, parse_address
from bot.parse.chain import parse_chain
from bot.parse.pasted import pasted_alone
from bot.parse.text import parse_label
from bot.texts import names as texts
from data.errors import InputError
from data.model import ChatName
from data.queries import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chain, Chat

_NOTHING = {"-", "–", "—"}


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="name")
    router.message.register(name, Command("name", ignore_case=True))
    router.message.register(list_names, Command("names", ignore_case=True), flags=OPEN)
    router.callback_query.register(tap, NameButton.filter())
    router.callback_query.register(turn_page, NamesPageButton.filter(), flags=OPEN)
    return router


async def name(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Name an address, forget its name, or say what it is called."""
    words = (command.args or "").split()
    if not words:
        await answer(message, _(texts.HOW_TO_NAME))
        return
    chain, address, rest = _meant(words, context.chains)
    if not rest:
        text, keyboard = await _one(context, chat, address)
    elif rest in _NOTHING:
        text, keyboard = await _forget(context, chat, address, chain), None
    else:
        text, keyboard = await _give(context, chat, address, chain, rest)
    await answer(message, text, keyboard)


async def list_names(message: Message, context: Context, chat: Chat) -> None:
    """The first page."""
    text, keyboard = await _page(context, chat, 0)
    await answer(message, text, keyboard)


async def turn_page(
    query: CallbackQuery, callback_data: NamesPageButton, context: Context, chat: Chat
) -> None:
    """Another page, in place of this one."""
    text, keyboard = await _page(context, chat, callback_data.page)
    await show(query, text, keyboard)


async def tap(
    query: CallbackQuery, callback_data: NameButton, context: Context, chat: Chat
) -> str | None:
    """Show what an address is called, or forget it."""
    address = bytes.fromhex(callback_data.address)
    if callback_data.act is NameAct.OPEN:
        text, keyboard = await _one(context, chat, address)
        await show(query, text, keyboard)
        return None
    await show(query, await _forget(context, chat, address, None))
    return _(texts.FORGOTTEN)


def _meant(words: Sequence[str], chains: Sequence[Chain]) -> tuple[Chain | None, bytes, str]:
    """Chain (None for all), address, and what stands behind it."""
    if len(words) > 1 and not looks_like_address(words[0]):
        if looks_like_address(words[1]):
            chain = parse_chain(words[0], chains)
            return chain, parse_address(words[1]), " ".join(words[2:])
        if any(looks_like_address(word) for word in words):
            raise InputError(texts.ADDRESS_FIRST)
    return None, parse_address(words[0]), " ".join(words[1:])


async def _give(
    context: Context, chat: Chat, address: bytes, chain: Chain | None, text: str
) -> tuple[str, InlineKeyboardMarkup]:
    if pasted_alone(text, context.chains):
        raise InputError(texts.AN_ADDRESS)
    label = parse_label(text)
    if label is None:
        raise InputError(texts.NOTHING_VISIBLE)
    given = ChatName(chain.name if chain else None, address, label)
    async with context.database.write() as connection:
        if not await names.give(connection, chat.id, given):
            raise texts.too_many(names.MOST_PER_CHAT)
        count = len(await names.of_addresses(connection, chat.id, [address]))
    text = texts.given(given, context.chains, context.labels)
    return text, keyboards.name(address, count)


async def _forget(context: Context, chat: Chat, address: bytes, chain: Chain | None) -> str:
    where = chain.name if chain else None
    async with context.database.write() as connection:
        found = await names.of_addresses(connection, chat.id, [address])
        if not await names.forget(connection, chat.id, address, where):
            raise InputError(texts.NO_SUCH_NAME)
    gone = [name for (on, _), name in found.items() if where in {None, on}]
    return texts.forgotten(address, gone, context.chains, context.labels)


async def _one(
    context: Context, chat: Chat, address: bytes
) -> tuple[str, InlineKeyboardMarkup | None]:
    async with context.database.read() as connection:
        found = await names.of_addresses(connection, chat.id, [address])
    text = texts.one(address, context.chains, context.labels.for_chat(found))
    return text, keyboards.name(address, len(found)) if found else None


async def _page(context: Context, chat: Chat, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
    async with context.database.read() as connection:
        mine = await names.of_chat(connection, chat.id)
    if not mine:
        return _(texts.NO_NAMES), None
    length = PAGE_LENGTH
    pages = -(-len(mine) // length)
    page = min(page, pages - 1)
    part = mine[page * length : (page + 1) * length]
    return texts.page(part, len(mine), context.chains), keyboards.names(part, page, pages)
