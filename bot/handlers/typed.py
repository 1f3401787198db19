"""What is typed about a watch: another amount, a name, a token. Its buttons ask for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.fsm.state import State, StatesGroup

from bot import cards
from bot.answers import answer
from bot.asking import answers, ask, settle
from bot.assets import meant_assets, named
from bot.buttons.watch import Act
from bot.handlers.offers import addresses_in
from bot.languages import _
from bot.parse.pasted import pasted_alone
from bot.parse.text import parse_label
from bot.parse.threshold import parse_threshold
from bot.texts import names, scope
from bot.texts import watches as texts
from bot.watchlist import WatchGone, own_watch
from data.errors import InputError
from data.queries import watches, watchlists

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery, Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Scope, Watch

_Change = Callable[["AsyncConnection", "Context", "Watch", str], Awaitable[None]]


class Typed(StatesGroup):
    """What somebody was asked about a watch."""

    amount = State()
    label = State()
    only = State()
    without = State()


NOTHING = {"-", "–", "—"}
QUESTIONS = {
    Act.ASK_AMOUNT: Typed.amount,
    Act.ASK_LABEL: Typed.label,
    Act.ASK_ONLY: Typed.only,
    Act.ASK_WITHOUT: Typed.without,
}
"""By the button that asks."""


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="typed")
    router.message.register(_take_label, Typed.label, answers)
    for question, change, screen in (
        (Typed.amount, _set_threshold, Act.OPEN),
        (Typed.only, _count_only, Act.TOKENS),
        (Typed.without, _leave_out, Act.TOKENS),
    ):
        router.message.register(_taking(change, screen), question, answers)
    return router


async def ask_about(
    query: CallbackQuery, state: FSMContext, act: Act, watch: Watch, context: Context
) -> None:
    """Ask what the button stands for."""
    name = texts.brief_name(watch, context.chains)
    followed = cards.chains_of(watch, context) or context.chains
    coin = followed[0].native_symbol
    html = {
        Act.ASK_AMOUNT: scope.ask_amount(name, coin),
        Act.ASK_LABEL: scope.ask_label(name),
        Act.ASK_ONLY: scope.ask_token(name, leave_out=False),
        Act.ASK_WITHOUT: scope.ask_token(name, leave_out=True),
    }[act]
    await ask(query, state, QUESTIONS[act], html, watch=watch.id)


async def _take_label(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
    """An address is hardly meant for a name: whoever pastes one wants to watch it, and the question
    still stands."""
    pasted = pasted_alone(message.text or "", context.chains)
    if not pasted or not pasted.addresses:
        await _taking(_set_label, Act.OPEN)(message, context, chat, state)
        return
    text, keyboard = await addresses_in(pasted, context, chat)
    await answer(message, f"{_(scope.NO_LABEL)}\n\n{text}", keyboard)


def _taking(change: _Change, screen: Act) -> Callable[..., Awaitable[None]]:
    """The handler that makes a change of what was typed, and shows a screen."""

    async def take(message: Message, context: Context, chat: Chat, state: FSMContext) -> None:
        number = (await state.get_data()).get("watch", 0)
        try:
            async with context.database.write() as connection:
                # two that add different tokens at once both get what they want
                await watchlists.hold(connection, chat.id)
                watch = await own_watch(connection, chat, number)
                await change(connection, context, watch, message.text or "")
                watch = await own_watch(connection, chat, number)
        except WatchGone:
            await settle(state)  # no answer will be any better
            raise
        await settle(state)
        text, keyboard = await cards.SCREENS[screen](context, chat, watch, message)
        await answer(message, texts.headed(_(texts.SET), text), keyboard)

    return take


async def _set_threshold(
    connection: AsyncConnection, context: Context, watch: Watch, text: str
) -> None:
    threshold = parse_threshold(text, cards.chains_of(watch, context))
    await watches.set_threshold(connection, watch.id, threshold)


async def _set_label(
    connection: AsyncConnection, _context: Context, watch: Watch, text: str
) -> None:
    label = None if text.strip() in NOTHING else parse_label(text)
    if label is None and text.strip() not in NOTHING:
        raise InputError(names.NOTHING_VISIBLE)
    await watches.set_label(connection, watch.id, label)


async def _count_only(
    connection: AsyncConnection, context: Context, watch: Watch, text: str
) -> None:
    assets = await meant_assets(connection, text, cards.chains_of(watch, context))
    kept = watch.scope
    kept = replace(kept, only=kept.only | assets, without=kept.without - assets)
    await _set_tokens(connection, context, watch, kept)


async def _leave_out(
    connection: AsyncConnection, context: Context, watch: Watch, text: str
) -> None:
    assets = await meant_assets(connection, text, cards.chains_of(watch, context))
    kept = watch.scope
    kept = replace(kept, only=kept.only - assets, without=kept.without | assets)
    await _set_tokens(connection, context, watch, kept)


async def _set_tokens(
    connection: AsyncConnection, context: Context, watch: Watch, wanted: Scope
) -> None:
    known = cards.all_chains(context)
    for before, after in (
        (watch.scope.only, wanted.only),
        (watch.scope.without, wanted.without),
    ):
        # by name, as people count: one is a contract on each chain
        if after > before and len(named(after, known)) > scope.MOST_TOKENS:
            raise InputError(scope.TOO_MANY_TOKENS, most=scope.MOST_TOKENS)
    await watches.set_scope(connection, watch.id, wanted)
