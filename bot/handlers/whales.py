"""``/whales <chain | all> [what] [value | off]``, and the same by buttons."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, show
from bot.asking import answers, ask, settle
from bot.buttons.feeds import (
    FeedAct,
    FeedButton,
    FeedsButton,
)
from bot.feeds.draft import Draft
from bot.feeds.own import alike, feeds_of, own_feed
from bot.feeds.screens import Screen, card, overview, values_of
from bot.feeds.subjects import Subject, on_chain, subject_of
from bot.handlers.new_feed import measured, or_settled, turn_on
from bot.keyboards import feeds as keyboards
from bot.languages import _
from bot.parse.chain import parse_chain
from bot.parse.feed import OFF, parse_feed
from bot.parse.number import looks_numeric
from bot.places import topic_of
from bot.texts import feeds as texts
from bot.texts import general
from bot.texts.words import watch_name
from bot.watchlist import remove
from data.errors import InputError
from data.model import UsdThreshold
from data.queries import watches

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from bot.parse.feed import FeedWish
    from data.model import Chat, Threshold, Watch


class Asked(StatesGroup):
    """What is asked about feeds."""

    value = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="whales")
    router.message.register(whales, Command("whales", ignore_case=True))
    router.message.register(hear_value, Asked.value, answers)
    router.callback_query.register(show_feeds, FeedsButton.filter())
    router.callback_query.register(tap, FeedButton.filter())
    return router


async def whales(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Turn a feed on, change it, turn it off; without arguments, offer them."""
    words, topic = (command.args or "").split(), topic_of(message)
    if not words:
        await answer(message, *await overview(context, chat))
        return
    name = _chain_in(words, context)
    wish = parse_feed(words[1:], on_chain(name, context.chains))
    if wish.off:
        screen = await _turn_off(context, chat, name, wish.subject, topic)
    elif wish.threshold is not None:
        draft = Draft(name, wish.subject or Subject())
        screen = await turn_on(context, chat, draft, wish.threshold, topic)
    else:
        screen = await _asked_for(context, chat, name, wish, topic)
    await answer(message, *screen)


async def show_feeds(query: CallbackQuery, context: Context, chat: Chat) -> None:
    """Which feeds there are."""
    await show(query, *await overview(context, chat))


async def tap(
    query: CallbackQuery,
    callback_data: FeedButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> str | None:
    """Open a feed, change its value, turn it off."""
    act, chains = callback_data.act, context.chains
    if act is FeedAct.USD:
        if callback_data.value <= 0:
            raise InputError(general.BUTTON_TOO_OLD)
        threshold = UsdThreshold(Decimal(callback_data.value))
        await show(query, *await _set(context, chat, callback_data.id, threshold))
        return _("Threshold changed")
    if act is FeedAct.OFF:
        async with context.database.read() as connection:
            feed = await own_feed(connection, chat, callback_data.id)
        await show(query, *await _remove(context, chat, feed, topic_of(query)))
        return _("Off")
    async with context.database.read() as connection:
        feed = await own_feed(connection, chat, callback_data.id)
        if act is FeedAct.OPEN:
            await show(query, *await card(connection, context, chat, feed))
            return None
    asked = _(texts.ASK_VALUE).format(
        feed=texts.name(feed, chains), coin=texts.coin_of(feed.chain, chains)
    )
    await ask(query, state, Asked.value, asked, id=feed.id)
    return None


async def hear_value(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """The answer to what a feed's value shall be."""
    number = (await state.get_data()).get("id", 0)
    async with context.database.read() as connection, or_settled(state):
        feed = await own_feed(connection, chat, number)
    draft = Draft(feed.chain, subject_of(feed, context.chains))
    threshold = measured(message.text or "", draft, context)
    screen = await _set(context, chat, feed.id, threshold)
    await settle(state)
    await answer(message, *screen)


def _chain_in(words: list[str], context: Context) -> str | None:
    """The chain that the words begin with; None are all."""
    first = words[0]
    if first.casefold() in OFF or looks_numeric(first):
        raise texts.chain_missing(" ".join(words), context.chains)
    try:
        chain = parse_chain(first, context.chains)
    except InputError:
        try:
            parse_feed(words, context.chains)
        except InputError:
            pass
        else:
            raise texts.chain_missing(" ".join(words), context.chains) from None
        raise
    return chain.name if chain else None


async def _asked_for(
    context: Context, chat: Chat, chain: str | None, wish: FeedWish, topic: int
) -> Screen:
    """The feed that is meant if there is one, else from which value on there shall be."""
    chains = context.chains
    async with context.database.read() as connection:
        mine = await feeds_of(connection, chat)
        found = _nearest(alike(mine, chain, wish.subject, chains), topic)
        if len(found) == 1:
            return await card(connection, context, chat, found[0])
    if found:
        named = [(feed, watch_name(feed, chains)) for feed in found]
        return texts.overview(found, chat, chains), keyboards.feeds(named)
    return await values_of(context, chat, Draft(chain, wish.subject or Subject()))


def _nearest(found: list[Watch], topic: int) -> list[Watch]:
    """Those of the topic in which it was said; where there are none, those of all topics."""
    return [feed for feed in found if feed.topic_id == topic] or found


async def _set(context: Context, chat: Chat, feed_id: int, threshold: Threshold) -> Screen:
    async with context.database.write() as connection:
        feed = await own_feed(connection, chat, feed_id)
        await watches.set_threshold(connection, feed.id, threshold)
        after = replace(feed, threshold=threshold)
        return await card(connection, context, chat, after, feed)


async def _turn_off(
    context: Context, chat: Chat, chain: str | None, subject: Subject | None, topic: int
) -> Screen:
    chains = context.chains
    async with context.database.write() as connection:
        mine = await feeds_of(connection, chat)
        if chain is None and subject is None:
            # who writes "all off" wants to hear of no whale any more, however the feeds were made
            if not mine:
                raise InputError(texts.NONE_ON)
            if len(mine) > 1:
                for feed in mine:
                    await watches.remove(connection, feed.id)
                return texts.all_turned_off(len(mine)), None
            found = mine
        else:
            found = _nearest(alike(mine, chain, subject, chains), topic)
    if not found:
        raise texts.was_off(chain)
    if len(found) > 1:
        named = [(feed, watch_name(feed, chains)) for feed in found]
        return texts.which_off(found, chat, chains), keyboards.which_off(named)
    return await _remove(context, chat, found[0], topic)


async def _remove(context: Context, chat: Chat, feed: Watch, topic: int) -> Screen:
    undo = await remove(context, chat, feed)
    text = texts.turned_off(feed, chat, context.chains, topic)
    return text, keyboards.turned_off(feed, undo=undo)
