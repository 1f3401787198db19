"""``@bot 0x…`` or ``@bot <name>`` in any chat: an address's label and its last movements.

Only what is stored is told, and of that what the person may know: what is kept of everybody, and of
addresses that their own private chat watches. Their names find addresses, but are not sent along.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)

from bot.acquaintance import known_as
from bot.languages import _, speak
from bot.levels import level_of
from bot.naming import as_chat_sees
from bot.parse.address import parse_address
from bot.parse.text import cleaned
from bot.texts import inline as texts
from bot.texts.levels import PRIVATE
from data.errors import InputError
from data.model import Level
from data.queries import chats, movements, names, watches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram import BaseMiddleware
    from aiogram.types import InlineQuery, InlineQueryResultUnion
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Watch

MOST_RESULTS = 5
MOVEMENTS_SHOWN = 5
CACHED_SECONDS = 15
"""Typing the same again within this time asks nobody."""
START = "inline"
"""What the button above the results says behind /start."""


def make_router(context: Context, budget: BaseMiddleware) -> Router:
    """Its handler; it stands outside of the chats' middlewares, because there is no chat."""
    router = Router(name="inline")

    async def asked(query: InlineQuery) -> None:
        await tell(query, context)

    router.inline_query.register(asked)
    router.inline_query.middleware(budget)
    return router


async def tell(query: InlineQuery, context: Context) -> None:
    """Answer with a handful of addresses, or with a hint."""
    text = cleaned(query.query)
    async with context.database.read() as connection:
        chat = await chats.get(connection, query.from_user.id)
        if chat is not None:
            speak(chat.reads)
        level = level_of(context.settings, query.from_user.id, chat.level if chat else None)
        if level in {Level.BLOCKED, Level.GUEST}:
            # of a private bot the private chat asks for them; who is blocked was told there
            await say_instead(query, _(PRIVATE))
            return
        mine = await watches.of_chat(connection, chat.id) if chat else []
        hint, found = await _meant(connection, text, chat, mine, context)
        results = [await _result(connection, one, chat, mine, context) for one in found]
    if results:
        await _answer(query, results)
    else:
        await say_instead(query, _(hint))


async def say_instead(query: InlineQuery, plain: str) -> None:
    """A line above no results at all; tapped it leads to the private chat."""
    button = InlineQueryResultsButton(text=plain[:64], start_parameter=START)
    await _answer(query, [], button)


async def _answer(
    query: InlineQuery,
    results: Sequence[InlineQueryResultUnion],
    button: InlineQueryResultsButton | None = None,
) -> None:
    with suppress(TelegramBadRequest):  # whoever types on waits for the next one
        # personal, because their own names and watches count in it
        await query.answer(
            list(results), cache_time=CACHED_SECONDS, is_personal=True, button=button
        )


async def _meant(
    connection: AsyncConnection, text: str, chat: Chat | None, mine: list[Watch], context: Context
) -> tuple[str, list[bytes]]:
    """What to say if there is nobody, and which addresses are meant."""
    if not text:
        return texts.HINT, []
    if text[:2].casefold() == "0x" or "://" in text:
        try:
            return "", [parse_address(text)]
        except InputError:
            return texts.UNFINISHED, []
    own = await names.of_chat(connection, chat.id) if chat else []
    return texts.NOBODY, known_as(text, own, mine, context.labels, context.chains, MOST_RESULTS)


async def _result(
    connection: AsyncConnection,
    address: bytes,
    chat: Chat | None,
    mine: list[Watch],
    context: Context,
) -> InlineQueryResultArticle:
    chains = {chain.name: chain for chain in context.chains}
    kept_from = context.settings.keep_movements_from_usd
    # as in bot.discretion: of an address that others watch, only what is kept of everybody
    is_own = any(watch.address == address for watch in mine)
    moved = await movements.latest_of(
        connection, list(chains), address, None if is_own else kept_from, MOVEMENTS_SHOWN
    )
    seen = await as_chat_sees(connection, chat, context.labels, address) if chat else context.labels
    label = next((one.label for one in mine if one.address == address and one.label), None)
    now = context.clock()
    return InlineQueryResultArticle(
        id=address.hex(),
        title=label or texts.title(address, context.chains, seen),
        description=texts.description(moved, chains, now),
        input_message_content=InputTextMessageContent(
            message_text=texts.article(address, moved, chains, context.labels, now, kept_from),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
    )
