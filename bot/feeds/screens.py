"""The screens of feeds: which there are, one of them, and the values that a new one may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.buttons.feeds import ALL_CHAINS, FEED_PRESETS
from bot.feeds.draft import Draft, button_of
from bot.feeds.own import feeds_of
from bot.feeds.subjects import on_chain, scope_of
from bot.keyboards import feeds as keyboards
from bot.languages import _
from bot.rehearsal import around_it, choices_of, imagined
from bot.texts import feeds as texts
from bot.texts.words import watch_name
from data.errors import InputError
from data.model import UsdThreshold

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardMarkup
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Watch

Screen = tuple[str, "InlineKeyboardMarkup | None"]


async def overview(context: Context, chat: Chat) -> Screen:
    """Which feeds the chat has; without any, what a new one could be about."""
    chains = context.chains
    async with context.database.read() as connection:
        feeds = await feeds_of(connection, chat)
    if not feeds:
        return texts.overview([], chat, chains), keyboards.whats(is_first=True)
    named = [(feed, watch_name(feed, chains)) for feed in feeds]
    return texts.overview(feeds, chat, chains), keyboards.feeds(named)


async def card(
    connection: AsyncConnection,
    context: Context,
    chat: Chat,
    feed: Watch,
    before: Watch | None = None,
    *,
    is_new: bool = False,
) -> Screen:
    """A feed, what it would have told, and lower and higher values."""
    said, steps = await around_it(connection, context, chat, feed, FEED_PRESETS)
    last = None
    if before is not None and before.threshold != feed.threshold:
        last = before.threshold
    undo = last.usd if isinstance(last, UsdThreshold) and not last.usd % 1 else None
    head = _(texts.MADE) if is_new else ""
    if before is not None:
        head = texts.changed(before, feed, chat)
    text = texts.card(feed, chat, context.chains, head, said)
    return text, keyboards.feed(feed, steps, undo)


async def values_of(context: Context, chat: Chat, draft: Draft) -> Screen:
    """From which value on a new feed shall be, with what each would have told."""
    new = button_of(draft, None, context.chains)
    if new is None:
        raise InputError(
            "From which value on? Write it behind, like /whales {chain} USDC mints $5m.",
            chain=draft.chain or ALL_CHAINS,
        )
    imagined_feed = imagined_of(chat, draft, context)
    async with context.database.read() as connection:
        said = await choices_of(connection, context, chat, imagined_feed, FEED_PRESETS)
    name = watch_name(imagined_feed, context.chains)
    text = texts.step(name, texts.WHICH_VALUE, said)
    return text, keyboards.values(new)


def imagined_of(chat: Chat, draft: Draft, context: Context) -> Watch:
    """The feed that a draft would be."""
    scope = scope_of(draft.subject, on_chain(draft.chain, context.chains))
    return imagined(chat, chain=draft.chain, scope=scope)
