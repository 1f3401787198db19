"""``/watch <address> [threshold] [label…]``, and the button under a pasted address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.watch import OfferButton
from bot.keyboards import watch as keyboards
from bot.languages import _
from bot.naming import as_chat_sees
from bot.parse.address import parse_address
from bot.parse.pasted import pasted_alone
from bot.parse.text import parse_label
from bot.parse.threshold import split_threshold
from bot.places import topic_of
from bot.rehearsal import line_of
from bot.texts import watches as texts
from bot.texts.names import AN_ADDRESS
from bot.watchlist import watch_address
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="watch")
    router.message.register(watch, Command("watch", ignore_case=True))
    router.callback_query.register(accept_offer, OfferButton.filter())
    return router


async def watch(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Watch an address; one that is watched already takes the new threshold and label."""
    words = (command.args or "").split()
    if not words:
        await answer(message, _(texts.HOW_TO_WATCH))
        return
    address = parse_address(words[0])
    _refuse_address(words[1:], context)  # which begins like a number
    threshold, rest = split_threshold(words[1:], context.chains)
    _refuse_address(rest, context)
    label = parse_label(" ".join(rest))
    now = context.clock()
    async with context.database.write() as connection:
        watched, new = await watch_address(
            connection,
            chat,
            address,
            threshold,
            label,
            min(now, message.date),  # what moved since it was asked for counts
            topic_of(message),
        )
        labels = await as_chat_sees(connection, chat, context.labels, address)
    head = texts.NOW_WATCHING if new else texts.NOTHING_CHANGED
    if not new and (threshold is not None or label is not None):
        head = texts.CHANGED
    body = texts.card(watched, chat, context.chains, labels, now)
    async with context.database.read() as connection:
        body += f"\n\n{await line_of(connection, context, chat, watched)}"
    await answer(message, texts.headed(_(head), body), keyboards.after_watch(watched))


def _refuse_address(words: Sequence[str], context: Context) -> None:
    if pasted_alone(" ".join(words), context.chains):
        raise InputError(AN_ADDRESS)


async def accept_offer(
    query: CallbackQuery, callback_data: OfferButton, context: Context, chat: Chat
) -> None:
    """Watch the pasted address from the chat's default on."""
    now = context.clock()
    address = bytes.fromhex(callback_data.address)
    async with context.database.write() as connection:
        watched, new = await watch_address(
            connection, chat, address, None, None, now, topic_of(query)
        )
        labels = await as_chat_sees(connection, chat, context.labels, address)
    body = texts.card(watched, chat, context.chains, labels, now)
    head = texts.NOW_WATCHING if new else texts.NOTHING_CHANGED
    await show(query, texts.headed(_(head), body), keyboards.after_watch(watched))
