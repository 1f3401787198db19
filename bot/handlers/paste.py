"""Pasted addresses and transactions get an offer; the rest gets one helpful sentence."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.enums import ContentType

from bot import behalf
from bot.answers import answer
from bot.commands import COMMANDS, ONLY_PRIVATE
from bot.handlers.offers import addresses_in
from bot.keyboards import offers as offers_keyboards
from bot.languages import _
from bot.middlewares.lateness import ASKS
from bot.parse.pasted import parse_pasted
from bot.parse.text import cleaned, shown
from bot.texts import general
from bot.texts import offers as offers_texts
from data.model import ChatKind

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from bot.parse.pasted import Pasted
    from data.model import Chat

_SPOKEN = {
    ContentType.TEXT, ContentType.PHOTO, ContentType.STICKER, ContentType.VOICE,
    ContentType.VIDEO, ContentType.DOCUMENT, ContentType.AUDIO, ContentType.ANIMATION,
    ContentType.CONTACT, ContentType.LOCATION, ContentType.VIDEO_NOTE, ContentType.POLL,
    ContentType.DICE,
}  # fmt: skip


def make_router() -> Router:
    """Its handlers, for private chats; they take everything that is said there."""
    router = Router(name="paste")
    router.message.filter(F.chat.type == "private")
    router.message.register(unknown_command, F.text.startswith("/"), flags=ASKS)
    router.message.register(paste, F.text, flags=ASKS)
    router.message.register(not_understood, F.content_type.in_(_SPOKEN), flags=ASKS)
    return router


async def unknown_command(message: Message) -> None:
    """There is no such command; perhaps one like it."""
    name, _, other = cleaned((message.text or "")[1:]).split(" ")[0].partition("@")
    if message.chat.type != ChatKind.PRIVATE and name.casefold() in ONLY_PRIVATE:
        # in groups only what names this bot comes so far
        await answer(message, general.only_private(name.casefold()))
        return
    if other and name.casefold() in COMMANDS:
        await answer(message, general.meant_for_other(name.casefold(), shown(other)))
        return
    near = difflib.get_close_matches(name[:32].casefold(), list(COMMANDS), n=1)
    await answer(message, general.unknown_command(shown(name), near[0] if near else None))


async def paste(message: Message, context: Context, chat: Chat) -> None:
    """Offer what can be done with it; raise InputError for what was almost an address."""
    pasted = parse_pasted(message.text or "", context.chains)
    if not pasted and pasted.mistake is None:
        await answer(message, _(general.NOT_UNDERSTOOD))
    else:
        await offer(message, pasted, context, chat)


async def offer(message: Message, pasted: Pasted, context: Context, chat: Chat) -> None:
    """To watch the addresses, to follow the transaction. Raises InputError where there is none."""
    if pasted.addresses:
        await answer(message, *await addresses_in(pasted, context, chat))
    elif pasted.mistake is not None and not pasted.transactions:
        raise pasted.mistake
    for tx_hash, chain in pasted.transactions:
        behalf.act(None)  # it is followed where that is said, whatever chat is set up there
        text = offers_texts.transaction(tx_hash, chain)
        await answer(message, text, offers_keyboards.follow(tx_hash, chain))


async def not_understood(message: Message) -> None:
    """A picture, a sticker, a voice."""
    await answer(message, _(general.NOT_UNDERSTOOD))


async def unknown_button(query: CallbackQuery) -> str:  # noqa: ARG001 - aiogram hands it over
    """A keyboard of another version."""
    return _(general.BUTTON_TOO_OLD)
