"""``/whales <chain | all> <value | off>``: one feed a chain, and one of all chains."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.feeds import ALL_CHAINS, FEED_PRESETS, FeedAct, FeedButton
from bot.keyboards import feeds as keyboards
from bot.languages import _
from bot.parse.chain import parse_chain
from bot.parse.number import looks_numeric
from bot.parse.threshold import parse_threshold
from bot.places import topic_of
from bot.texts import feeds as texts
from bot.texts import general
from bot.watchlist import feed_of, set_feed
from data.errors import InputError
from data.model import UsdThreshold
from data.queries import watches

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chain, Chat, Threshold

_OFF = {"off", "none", "stop"}


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="whales")
    router.message.register(whales, Command("whales", ignore_case=True))
    router.callback_query.register(tap, FeedButton.filter())
    return router


async def whales(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Turn a feed on, change it, turn it off; without arguments, offer them."""
    words, topic = (command.args or "").split(), topic_of(message)
    if not words:
        text = await feeds_overview(context, chat)
        await answer(message, text, keyboards.feeds(context.chains))
        return
    if words[0].casefold() in _OFF or looks_numeric(words[0]):
        raise texts.chain_missing(" ".join(words), context.chains)
    chain = parse_chain(words[0], context.chains)
    name = chain.name if chain else None
    value = " ".join(words[1:])
    if not value:
        async with context.database.read() as connection:
            feed = await feed_of(connection, chat, name, topic)
        default = chat.default_threshold_usd
        keyboard = keyboards.feed(name or ALL_CHAINS, exists=feed is not None)
        await answer(message, texts.one(feed, name, context.chains, default), keyboard)
    elif value.casefold() in _OFF:
        off = _turn_off(context, chat, name, topic) if chain else _turn_all_off(context, chat)
        await answer(message, await off)
    else:
        threshold = parse_threshold(value, [chain] if chain else context.chains)
        await answer(message, await _turn_on(context, chat, name, threshold, topic))


async def tap(
    query: CallbackQuery, callback_data: FeedButton, context: Context, chat: Chat
) -> str | None:
    """The same by buttons."""
    chain = _followed(callback_data.chain, context)
    name, topic = chain.name if chain else None, topic_of(query)
    if callback_data.act is FeedAct.OPEN:
        async with context.database.read() as connection:
            feed = await feed_of(connection, chat, name, topic)
        text = texts.one(feed, name, context.chains, chat.default_threshold_usd)
        await show(query, text, keyboards.feed(callback_data.chain, exists=feed is not None))
        return None
    if callback_data.act is FeedAct.OFF:
        await show(query, await _turn_off(context, chat, name, topic))
        return _("Off")
    if callback_data.value not in FEED_PRESETS:
        raise InputError(general.BUTTON_TOO_OLD)
    threshold = UsdThreshold(Decimal(callback_data.value))
    await show(query, await _turn_on(context, chat, name, threshold, topic))
    return _("On")


async def feeds_overview(context: Context, chat: Chat) -> str:
    """Which feeds the chat has."""
    async with context.database.read() as connection:
        mine = await watches.of_chat(connection, chat.id)
    feeds = [watch for watch in mine if watch.is_feed]
    return texts.overview(feeds, context.chains, chat.default_threshold_usd)


def _followed(name: str, context: Context) -> Chain | None:
    if name == ALL_CHAINS:
        return None
    for chain in context.chains:
        if chain.name == name:
            return chain
    raise InputError(general.BUTTON_TOO_OLD)


async def _turn_on(
    context: Context, chat: Chat, chain: str | None, threshold: Threshold, topic: int
) -> str:
    async with context.database.write() as connection:
        feed, new = await set_feed(connection, chat, chain, threshold, context.clock(), topic)
    default = chat.default_threshold_usd
    return texts.turned_on(feed, context.chains, default, changed=not new)


async def _turn_off(context: Context, chat: Chat, chain: str | None, topic: int) -> str:
    async with context.database.write() as connection:
        feed = await feed_of(connection, chat, chain, topic)
        if feed is None:
            raise texts.was_off(chain)
        await watches.remove(connection, feed.id)
    return texts.turned_off(chain, context.chains)


async def _turn_all_off(context: Context, chat: Chat) -> str:
    """Who writes ``all off`` wants to hear of no whale any more, however the feeds were made."""
    async with context.database.write() as connection:
        feeds = [one for one in await watches.of_chat(connection, chat.id) if one.is_feed]
        if not feeds:
            raise InputError(texts.NONE_ON)
        for feed in feeds:
            await watches.remove(connection, feed.id)
    return texts.all_turned_off(feeds, context.chains)
