"""``/whales <chain | all> [what] [value | off]``, and the same by buttons."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, show
from bot.asking import answers, ask, settle
from bot.buttons.feeds import (
    ALL_CHAINS,
    FEED_PRESETS,
    FeedAct,
    FeedButton,
    FeedsButton,
    NewFeedButton,
    What,
)
from bot.feeds import alike, feeds_of, own_feed, put_feed
from bot.keyboards import feeds as keyboards
from bot.languages import _
from bot.newfeed import Draft, button_of, drafted, offered_symbols
from bot.parse.chain import parse_chain
from bot.parse.feed import OFF, parse_feed
from bot.parse.number import looks_numeric
from bot.parse.threshold import parse_threshold
from bot.places import topic_of
from bot.rehearsal import around_it, choices_of, imagined
from bot.subjects import Subject, on_chain, scope_of, subject_of
from bot.texts import feeds as texts
from bot.texts import general
from bot.texts.words import watch_name
from bot.watchlist import remove
from data.errors import InputError
from data.model import UnitThreshold, UsdThreshold
from data.queries import watches

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiogram.filters import CommandObject
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from bot.parse.feed import FeedWish
    from data.model import Chat, Threshold, Watch

Screen = tuple[str, "InlineKeyboardMarkup | None"]


class Asked(StatesGroup):
    """What is asked about feeds."""

    value = State()
    value_of_new = State()
    token_of_new = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="whales")
    router.message.register(whales, Command("whales", ignore_case=True))
    router.message.register(hear_value, Asked.value, answers)
    router.message.register(hear_value_of_new, Asked.value_of_new, answers)
    router.message.register(hear_token, Asked.token_of_new, answers)
    router.callback_query.register(show_feeds, FeedsButton.filter())
    router.callback_query.register(tap, FeedButton.filter())
    router.callback_query.register(tap_new, NewFeedButton.filter())
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
        screen = await _turn_on(context, chat, draft, wish.threshold, topic)
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
            await show(query, *await _card(connection, context, chat, feed))
            return None
    asked = _(texts.ASK_VALUE).format(
        feed=texts.name(feed, chains), coin=texts.coin_of(feed.chain, chains)
    )
    await ask(query, state, Asked.value, asked, id=feed.id)
    return None


async def tap_new(
    query: CallbackQuery,
    callback_data: NewFeedButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> str | None:
    """One step further towards a new feed; the last one makes it."""
    new, chains = callback_data, context.chains
    if new.ask:
        await _ask(query, state, new, context, chat)
        return None
    if new.usd:
        draft = drafted(new, chains)
        threshold = UsdThreshold(Decimal(new.usd))
        await show(query, *await _turn_on(context, chat, draft, threshold, topic_of(query)))
        return _("On")
    await show(query, *await _step(context, chat, new))
    return None


async def hear_value(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """The answer to what a feed's value shall be."""
    number = (await state.get_data()).get("id", 0)
    async with context.database.read() as connection, _or_settled(state):
        feed = await own_feed(connection, chat, number)
    draft = Draft(feed.chain, subject_of(feed, context.chains))
    threshold = _measured(message.text or "", draft, context)
    screen = await _set(context, chat, feed.id, threshold)
    await settle(state)
    await answer(message, *screen)


async def hear_value_of_new(
    message: Message, context: Context, chat: Chat, state: FSMContext
) -> None:
    """The answer to from which value on a new feed shall be."""
    async with _or_settled(state):
        draft = drafted(await _asked_about(state), context.chains)
    threshold = _measured(message.text or "", draft, context)
    screen = await _turn_on(context, chat, draft, threshold, topic_of(message))
    await settle(state)
    await answer(message, *screen)


async def hear_token(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """The answer to which token a new feed shall be about."""
    async with _or_settled(state):
        new = await _asked_about(state)
    chain = None if new.chain == ALL_CHAINS else new.chain
    wish = parse_feed((message.text or "").split(), on_chain(chain, context.chains))
    if wish.subject is None or wish.off:
        raise InputError("Write the symbol of one token, like LINK, or its contract's address.")
    draft = Draft(chain, wish.subject)
    if wish.threshold is not None:
        screen = await _turn_on(context, chat, draft, wish.threshold, topic_of(message))
    else:
        screen = await _values_of(context, chat, draft)
    await settle(state)
    await answer(message, *screen)


async def overview(context: Context, chat: Chat) -> Screen:
    """Which feeds the chat has; without any, what a new one could be about."""
    chains = context.chains
    async with context.database.read() as connection:
        feeds = await feeds_of(connection, chat)
    if not feeds:
        return texts.overview([], chat, chains), keyboards.whats(is_first=True)
    named = [(feed, watch_name(feed, chains)) for feed in feeds]
    return texts.overview(feeds, chat, chains), keyboards.feeds(named)


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
            return await _card(connection, context, chat, found[0])
    if found:
        named = [(feed, watch_name(feed, chains)) for feed in found]
        return texts.overview(found, chat, chains), keyboards.feeds(named)
    return await _values_of(context, chat, Draft(chain, wish.subject or Subject()))


def _nearest(found: list[Watch], topic: int) -> list[Watch]:
    """Those of the topic in which it was said; where there are none, those of all topics."""
    return [feed for feed in found if feed.topic_id == topic] or found


async def _turn_on(
    context: Context, chat: Chat, draft: Draft, threshold: Threshold, topic: int
) -> Screen:
    now, chains = context.clock(), context.chains
    async with context.database.write() as connection:
        feed, before = await put_feed(
            connection, chat, draft.chain, draft.subject, threshold, topic, now, chains
        )
        return await _card(connection, context, chat, feed, before, is_new=before is None)


async def _set(context: Context, chat: Chat, feed_id: int, threshold: Threshold) -> Screen:
    async with context.database.write() as connection:
        feed = await own_feed(connection, chat, feed_id)
        await watches.set_threshold(connection, feed.id, threshold)
        after = replace(feed, threshold=threshold)
        return await _card(connection, context, chat, after, feed)


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


async def _card(
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


async def _step(context: Context, chat: Chat, new: NewFeedButton) -> Screen:
    """The screen for what is still missing."""
    chains = context.chains
    if new.what is None:
        return _(texts.ABOUT_WHAT), keyboards.whats(is_first=False)
    if not new.chain:
        return texts.step("", texts.WHICH_CHAIN), keyboards.chains(chains, new.what)
    draft = drafted(new, chains)
    if new.what is What.ASSET and not new.token:
        there = on_chain(draft.chain, chains)
        return (
            texts.step(_draft_name(draft, context), texts.WHICH_TOKEN),
            keyboards.tokens(offered_symbols(there), new.chain),
        )
    return await _values_of(context, chat, draft)


async def _values_of(context: Context, chat: Chat, draft: Draft) -> Screen:
    """From which value on a new feed shall be, with what each would have told."""
    new = button_of(draft, None, context.chains)
    if new is None:
        raise InputError(
            "From which value on? Write it behind, like /whales {chain} USDC mints $5m.",
            chain=draft.chain or ALL_CHAINS,
        )
    imagined_feed = _imagined(chat, draft, context)
    async with context.database.read() as connection:
        said = await choices_of(connection, context, chat, imagined_feed, FEED_PRESETS)
    name = watch_name(imagined_feed, context.chains)
    text = texts.step(name, texts.WHICH_VALUE, said)
    return text, keyboards.values(new)


def _imagined(chat: Chat, draft: Draft, context: Context) -> Watch:
    scope = scope_of(draft.subject, on_chain(draft.chain, context.chains))
    return imagined(chat, chain=draft.chain, scope=scope)


def _draft_name(draft: Draft, context: Context) -> str:
    return next((c.title for c in context.chains if c.name == draft.chain), _("All chains"))


async def _ask(
    query: CallbackQuery, state: FSMContext, new: NewFeedButton, context: Context, chat: Chat
) -> None:
    draft = drafted(new, context.chains)
    about = new.model_copy(update={"ask": False}).pack()
    if new.what is What.ASSET and not new.token:
        await ask(query, state, Asked.token_of_new, _(texts.ASK_TOKEN), new=about)
        return
    chains = context.chains
    name = watch_name(_imagined(chat, draft, context), chains)
    asked = _(texts.ASK_VALUE).format(feed=escape(name), coin=texts.coin_of(draft.chain, chains))
    await ask(query, state, Asked.value_of_new, asked, new=about)


async def _asked_about(state: FSMContext) -> NewFeedButton:
    """Raises InputError where that is forgotten."""
    about = (await state.get_data()).get("new")
    if about is None:
        raise InputError(general.BUTTON_TOO_OLD)
    return NewFeedButton.unpack(str(about))


@asynccontextmanager
async def _or_settled(state: FSMContext) -> AsyncIterator[None]:
    """Forgets the question where what it was about is gone: no answer will be any better."""
    try:
        yield
    except InputError:
        await settle(state)
        raise


def _measured(text: str, draft: Draft, context: Context) -> Threshold:
    """A value for that feed; units must be of what it is about."""
    there = on_chain(draft.chain, context.chains)
    threshold = parse_threshold(text, there)
    if isinstance(threshold, UnitThreshold) and not draft.subject.only <= set(threshold.amounts):
        raise InputError(
            "{symbol} do not measure that: write dollars, like $5m, or units of the token itself.",
            symbol=threshold.symbol,
        )
    return threshold
