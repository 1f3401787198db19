"""Addresses that were pasted, offered to be watched, and the buttons under several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.answers import show
from bot.buttons.offers import OfferAllButton, OfferOneButton
from bot.keyboards import offers as keyboards
from bot.keyboards import watch as watch_keyboards
from bot.languages import _, ngettext
from bot.naming import as_chat_sees
from bot.parse.pasted import parse_pasted
from bot.places import topic_of
from bot.rehearsal import imagined, line_of
from bot.texts import general
from bot.texts import offers as texts
from bot.texts import watches as watch_texts
from bot.texts.words import is_muted
from bot.watchlist import watch_address
from data.errors import InputError
from data.queries import names, watches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram.types import InlineKeyboardMarkup

    from bot.context import Context
    from bot.parse.pasted import Pasted
    from data.model import Chat


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="offers")
    router.callback_query.register(take_one, OfferOneButton.filter())
    router.callback_query.register(take_all, OfferAllButton.filter())
    return router


async def addresses_in(
    pasted: Pasted, context: Context, chat: Chat
) -> tuple[str, InlineKeyboardMarkup | None]:
    """What was pasted, to be watched; there is at least one address."""
    if len(pasted.addresses) == 1:
        return await _one(pasted.addresses[0], context, chat)
    text, keyboard = await several(pasted.addresses, context, chat)
    return text + texts.left_out(pasted), keyboard


async def _one(
    address: bytes, context: Context, chat: Chat
) -> tuple[str, InlineKeyboardMarkup | None]:
    async with context.database.read() as connection:
        mine = await watches.of_chat(connection, chat.id)
        labels = await as_chat_sees(connection, chat, context.labels, address)
    chains, now = context.chains, context.clock()
    for watch in mine:
        if watch.address == address:
            body = watch_texts.card(watch, chat, chains, labels, now)
            keyboard = watch_keyboards.card(watch, muted=is_muted(watch.muted_until, now))
            return watch_texts.headed(_(watch_texts.NOTHING_CHANGED), body), keyboard
    async with context.database.read() as connection:
        would_tell = await line_of(connection, context, chat, imagined(chat, address=address))
    offer = f"{watch_texts.offer(address, chat, chains, labels)}\n\n{would_tell}"
    return offer, watch_keyboards.offer(address)


async def several(
    addresses: Sequence[bytes], context: Context, chat: Chat
) -> tuple[str, InlineKeyboardMarkup | None]:
    """The addresses, those ticked that are watched already, and buttons for the others."""
    async with context.database.read() as connection:
        watched = {one.address for one in await watches.of_chat(connection, chat.id)}
        own = await names.of_addresses(connection, chat.id, addresses)
    known = {one for one in addresses if one in watched}
    labels = context.labels.for_chat(own)
    text = texts.several(addresses, known, chat, context.chains, labels)
    return text, keyboards.several(addresses, known)


async def take_one(
    query: CallbackQuery, callback_data: OfferOneButton, context: Context, chat: Chat
) -> str:
    """Watch one of them, and offer the others on."""
    return await _take(query, [bytes.fromhex(callback_data.address)], context, chat)


async def take_all(query: CallbackQuery, context: Context, chat: Chat) -> str:
    """Watch all of them. Raises InputError where Telegram does not show any more which."""
    shown = _shown_in(query, context)
    if not shown:
        raise InputError(general.BUTTON_TOO_OLD)
    return await _take(query, shown, context, chat)


async def _take(query: CallbackQuery, wanted: Sequence[bytes], context: Context, chat: Chat) -> str:
    async with context.database.write() as connection:
        made = [
            await watch_address(connection, chat, one, None, None, context.clock(), topic_of(query))
            for one in wanted
        ]
    text, keyboard = await several(_shown_in(query, context) or wanted, context, chat)
    await show(query, text, keyboard)
    new = sum(is_new for _watch, is_new in made)
    said = ngettext("{count} watch more", "{count} watches more", new)
    return said.format(count=new)


def _shown_in(query: CallbackQuery, context: Context) -> Sequence[bytes]:
    """The addresses that our own message links to: a button has no room for them."""
    message = query.message
    if not isinstance(message, Message):
        return ()
    links = " ".join(entity.url for entity in message.entities or () if entity.url)
    return parse_pasted(links, context.chains).addresses
