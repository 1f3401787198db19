"""The buttons of one watch: ways to its screens, and what is changed there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.types import CallbackQuery

from bot import cards
from bot.answers import show
from bot.assets import named
from bot.buttons.feeds import FEED_PRESETS
from bot.buttons.watch import MUTE_PRESETS, USD_PRESETS, Act, WatchButton
from bot.handlers import typed
from bot.keyboards import watch as keyboards
from bot.languages import _
from bot.places import topic_of
from bot.texts import general
from bot.texts import scope as scope_texts
from bot.texts import watches as texts
from bot.texts.words import muted_words
from bot.watchlist import bring_back, on_address, own_watch, remove
from data.errors import InputError
from data.model import FOREVER, Direction, Interest, UsdThreshold
from data.queries import watches, watchlists
from data.queries.moving import GENERAL

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Watch


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="card")
    router.callback_query.register(tap, WatchButton.filter())
    return router


async def tap(
    query: CallbackQuery,
    callback_data: WatchButton,
    context: Context,
    chat: Chat,
    state: FSMContext,
) -> str | None:
    """Do what the button says, and show what it leads to in its place."""
    act, number = callback_data.act, callback_data.id
    if act is Act.UNDO:
        watch = await bring_back(context, chat, number)
        text, keyboard = await cards.card(context, chat, watch, query)
        await show(query, texts.headed(_(texts.BACK_AGAIN), text), keyboard)
        return _(texts.BACK_AGAIN)
    said = None
    if act in _CHANGES:
        said = await _change(query, callback_data, context, chat)
    async with context.database.read() as connection:
        watch = await own_watch(connection, chat, number)
    if act is Act.REMOVE:
        undo = await remove(context, chat, watch)
        text = texts.removed(watch, context.chains, undo=undo)
        await show(query, text, keyboards.removed(watch) if undo else None)
        return _("Removed")
    if act in typed.QUESTIONS:
        await typed.ask_about(query, state, act, watch, context)
        return None
    screen = cards.SCREENS[_AFTERWARDS.get(act, act)]
    await show(query, *await screen(context, chat, watch, query))
    return said


@dataclass(frozen=True, slots=True)
class _Tap:
    """What a change is made of; ``value`` came with the button and was not checked yet."""

    connection: AsyncConnection
    context: Context
    chat: Chat
    watch: Watch
    act: Act
    value: int
    topic: int

    @property
    def too_old(self) -> InputError:
        """There is no such button on that screen."""
        return InputError(general.BUTTON_TOO_OLD)


async def _change(
    query: CallbackQuery, button: WatchButton, context: Context, chat: Chat
) -> str | None:
    async with context.database.write() as connection:
        # two that switch different things at once both get what they want
        await watchlists.hold(connection, chat.id)
        watch = await own_watch(connection, chat, button.id)
        tap = _Tap(connection, context, chat, watch, button.act, button.value, topic_of(query))
        return await _CHANGES[button.act](tap)


async def _threshold(tap: _Tap) -> str:
    if tap.act is Act.USD and tap.value in {*USD_PRESETS, *FEED_PRESETS}:
        threshold = UsdThreshold(Decimal(tap.value))
    elif tap.act is Act.DEFAULT and not tap.watch.is_feed:
        threshold = None
    else:
        raise tap.too_old
    await watches.set_threshold(tap.connection, tap.watch.id, threshold)
    return _("Threshold changed")


async def _direction(tap: _Tap) -> str:
    if tap.watch.is_feed:
        raise tap.too_old
    wanted = {Act.IN: Direction.IN, Act.OUT: Direction.OUT, Act.BOTH: Direction.BOTH}[tap.act]
    await watches.set_direction(tap.connection, tap.watch.id, wanted)
    return _(texts.SET)


async def _kind(tap: _Tap) -> None:
    scope, every = tap.watch.scope, scope_texts.everything()
    if not 0 < tap.value <= every:
        raise tap.too_old
    asked = Interest(tap.value)
    on = every if scope.interests is None else scope.interests
    on = on | asked if tap.act is Act.KIND_ON else on & ~asked
    if not on:
        raise InputError(scope_texts.AT_LEAST_ONE_KIND)
    scope = replace(scope, interests=None if on == every else on)
    await watches.set_scope(tap.connection, tap.watch.id, scope)


async def _chain(tap: _Tap) -> None:
    scope, chains = tap.watch.scope, tap.context.chains
    chain = next((one.name for one in chains if one.chain_id == tap.value), None)
    if chain is None or tap.watch.chain is not None:
        raise tap.too_old
    off = scope.not_on - {chain} if tap.act is Act.CHAIN_ON else scope.not_on | {chain}
    if off.issuperset(one.name for one in chains):
        raise InputError(scope_texts.AT_LEAST_ONE_CHAIN)
    await watches.set_scope(tap.connection, tap.watch.id, replace(scope, not_on=off))


async def _tokens(tap: _Tap) -> None:
    """Take one off, or all; one that is off already is no mistake."""
    scope = tap.watch.scope
    gone = scope.only | scope.without
    if tap.act is Act.DROP:
        known = cards.all_chains(tap.context)
        gone = frozenset(
            asset
            for one in named(gone, known)
            if one.short_name == tap.value
            for asset in one.assets
        )
    scope = replace(scope, only=scope.only - gone, without=scope.without - gone)
    await watches.set_scope(tap.connection, tap.watch.id, scope)


async def _topic(tap: _Tap) -> str:
    watch = tap.watch
    known = await watchlists.topics(tap.connection, tap.chat.id)
    if tap.value not in {GENERAL, tap.topic, *known}:
        raise tap.too_old
    if watch.address is not None:
        there = await on_address(tap.connection, tap.chat, watch.address, tap.value)
        for other in there:
            if other.id != watch.id and other.chain == watch.chain:
                raise InputError(texts.WATCHED_THERE, number=other.number)
    await watches.set_topic(tap.connection, watch.id, tap.value)
    return _(texts.SET)


async def _mute(tap: _Tap) -> str:
    now = tap.context.clock()
    if tap.act is Act.UNMUTE:
        await watches.mute(tap.connection, tap.watch.id, None)
        return _("Unmuted")
    until = FOREVER
    if tap.act is Act.MUTE:
        if tap.value not in MUTE_PRESETS:
            raise tap.too_old
        until = now + timedelta(minutes=tap.value)
    await watches.mute(tap.connection, tap.watch.id, until)
    return muted_words(until, now)


_CHANGES: dict[Act, Callable[[_Tap], Awaitable[str | None]]] = {
    Act.USD: _threshold,
    Act.DEFAULT: _threshold,
    Act.IN: _direction,
    Act.OUT: _direction,
    Act.BOTH: _direction,
    Act.KIND_ON: _kind,
    Act.KIND_OFF: _kind,
    Act.CHAIN_ON: _chain,
    Act.CHAIN_OFF: _chain,
    Act.DROP: _tokens,
    Act.ALL_TOKENS: _tokens,
    Act.TOPIC: _topic,
    Act.MUTE: _mute,
    Act.FOREVER: _mute,
    Act.UNMUTE: _mute,
}
_STAY = {
    Act.KIND_ON: Act.KINDS,
    Act.KIND_OFF: Act.KINDS,
    Act.CHAIN_ON: Act.CHAINS,
    Act.CHAIN_OFF: Act.CHAINS,
    Act.DROP: Act.TOKENS,
    Act.ALL_TOKENS: Act.TOKENS,
}
"""Where several things are switched one stays; everything else is chosen, and one is done."""
_AFTERWARDS = dict.fromkeys(_CHANGES, Act.OPEN) | _STAY
