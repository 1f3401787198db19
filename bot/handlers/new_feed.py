"""A new feed, step by step: what is tapped, and what is written in between."""

from __future__ import annotations

from contextlib import asynccontextmanager
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.fsm.state import State, StatesGroup

from bot.answers import answer, show
from bot.asking import answers, ask, settle
from bot.buttons.feeds import ALL_CHAINS, NewFeedButton, What
from bot.feeds.draft import Draft, drafted, offered_symbols
from bot.feeds.own import put_feed
from bot.feeds.screens import Screen, card, imagined_of, values_of
from bot.feeds.subjects import on_chain
from bot.keyboards import feeds as keyboards
from bot.languages import _
from bot.parse.feed import parse_feed
from bot.parse.threshold import parse_threshold
from bot.places import topic_of
from bot.texts import feeds as texts
from bot.texts import general
from bot.texts.words import watch_name
from data.errors import InputError
from data.model import UnitThreshold, UsdThreshold

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat, Threshold


class NewFeed(StatesGroup):
    """What is asked about a new feed."""

    value = State()
    token = State()


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="new_feed")
    router.message.register(hear_value, NewFeed.value, answers)
    router.message.register(hear_token, NewFeed.token, answers)
    router.callback_query.register(tap, NewFeedButton.filter())
    return router


async def tap(
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
        await show(query, *await turn_on(context, chat, draft, threshold, topic_of(query)))
        return _("On")
    await show(query, *await _step(context, chat, new))
    return None


async def hear_value(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """The answer to from which value on a new feed shall be."""
    async with or_settled(state):
        draft = drafted(await _asked_about(state), context.chains)
    threshold = measured(message.text or "", draft, context)
    screen = await turn_on(context, chat, draft, threshold, topic_of(message))
    await settle(state)
    await answer(message, *screen)


async def hear_token(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """The answer to which token a new feed shall be about."""
    async with or_settled(state):
        new = await _asked_about(state)
    chain = None if new.chain == ALL_CHAINS else new.chain
    wish = parse_feed((message.text or "").split(), on_chain(chain, context.chains))
    if wish.subject is None or wish.off:
        raise InputError("Write the symbol of one token, like LINK, or its contract's address.")
    draft = Draft(chain, wish.subject)
    if wish.threshold is not None:
        screen = await turn_on(context, chat, draft, wish.threshold, topic_of(message))
    else:
        screen = await values_of(context, chat, draft)
    await settle(state)
    await answer(message, *screen)


async def turn_on(
    context: Context, chat: Chat, draft: Draft, threshold: Threshold, topic: int
) -> Screen:
    """Make the feed, or change the one that is about the same; its screen."""
    now, chains = context.clock(), context.chains
    async with context.database.write() as connection:
        feed, before = await put_feed(
            connection, chat, draft.chain, draft.subject, threshold, topic, now, chains
        )
        return await card(connection, context, chat, feed, before, is_new=before is None)


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
    return await values_of(context, chat, draft)


def _draft_name(draft: Draft, context: Context) -> str:
    return next((c.title for c in context.chains if c.name == draft.chain), _("All chains"))


async def _ask(
    query: CallbackQuery, state: FSMContext, new: NewFeedButton, context: Context, chat: Chat
) -> None:
    draft = drafted(new, context.chains)
    about = new.model_copy(update={"ask": False}).pack()
    if new.what is What.ASSET and not new.token:
        await ask(query, state, NewFeed.token, _(texts.ASK_TOKEN), new=about)
        return
    chains = context.chains
    name = watch_name(imagined_of(chat, draft, context), chains)
    asked = _(texts.ASK_VALUE).format(feed=escape(name), coin=texts.coin_of(draft.chain, chains))
    await ask(query, state, NewFeed.value, asked, new=about)


async def _asked_about(state: FSMContext) -> NewFeedButton:
    """Raises InputError where that is forgotten."""
    about = (await state.get_data()).get("new")
    if about is None:
        raise InputError(general.BUTTON_TOO_OLD)
    return NewFeedButton.unpack(str(about))


@asynccontextmanager
async def or_settled(state: FSMContext) -> AsyncIterator[None]:
    """Forgets the question where what it was about is gone: no answer will be any better."""
    try:
        yield
    except InputError:
        await settle(state)
        raise


def measured(text: str, draft: Draft, context: Context) -> Threshold:
    """A value for that feed; units must be of what it is about."""
    there = on_chain(draft.chain, context.chains)
    threshold = parse_threshold(text, there)
    if isinstance(threshold, UnitThreshold) and not draft.subject.only <= set(threshold.amounts):
        raise InputError(
            "{symbol} do not measure that: write dollars, like $5m, or units of the token itself.",
            symbol=threshold.symbol,
        )
    return threshold
