"""The screens of one watch: its card, and what can be changed about it. Each is HTML and keyboard.

``SCREENS`` has them by the button that leads there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.assets import known_symbols, named
from bot.buttons.feeds import FEED_PRESETS
from bot.buttons.watch import USD_PRESETS, Act
from bot.keyboards import scope as scope_keyboards
from bot.keyboards import watch as keyboards
from bot.keyboards.rows import PAGE_LENGTH
from bot.naming import as_chat_sees
from bot.places import is_forum, topic_of
from bot.rehearsal import choices_of
from bot.texts import mutes
from bot.texts import scope as scope_texts
from bot.texts import watches as texts
from bot.texts.words import is_muted
from data.model import ChatKind
from data.queries import watchlists

if TYPE_CHECKING:
    from bot.context import Context
    from data.model import Chain, Chat, Watch

Event = CallbackQuery | Message
Screen = tuple[str, InlineKeyboardMarkup]


async def card(context: Context, chat: Chat, watch: Watch, event: Event) -> Screen:
    """Everything about a watch, and the ways to change it. ``event`` is what it answers."""
    async with context.database.read() as connection:
        labels = await as_chat_sees(connection, chat, context.labels, watch.address)
        before = await watchlists.below(connection, chat.id, watch.number)
        known = {}
        if chat.kind is ChatKind.SUPERGROUP:
            known = await watchlists.topics(connection, chat.id)
    now = context.clock()
    return texts.card(watch, chat, context.chains, labels, now), keyboards.card(
        watch,
        muted=is_muted(watch.muted_until, now),
        page=before // PAGE_LENGTH,
        topics=any(known) or _is_forum(chat, event),
    )


async def thresholds(context: Context, chat: Chat, watch: Watch, _event: Event) -> Screen:
    """From what value it alerts, and what each would have told lately."""
    presets = FEED_PRESETS if watch.is_feed else USD_PRESETS
    async with context.database.read() as connection:
        would_tell = await choices_of(connection, context, chat, watch, presets, watch.threshold)
    text = texts.choose_threshold(watch, chat, context.chains)
    return f"{text}\n\n{would_tell}", keyboards.thresholds(watch)


async def directions(context: Context, _chat: Chat, watch: Watch, _event: Event) -> Screen:
    """Which side of the address counts."""
    return scope_texts.choose_direction(_name(watch, context)), scope_keyboards.directions(watch)


async def kinds(context: Context, _chat: Chat, watch: Watch, _event: Event) -> Screen:
    """Which kinds of movements count."""
    return scope_texts.choose_kinds(_name(watch, context)), scope_keyboards.kinds(watch)


async def chains(context: Context, _chat: Chat, watch: Watch, _event: Event) -> Screen:
    """On which chains it rests."""
    keyboard = scope_keyboards.chains(watch, chains_of(watch, context))
    return scope_texts.choose_chains(_name(watch, context)), keyboard


async def tokens(context: Context, _chat: Chat, watch: Watch, _event: Event) -> Screen:
    """Which tokens count, and which do not."""
    scope, known = watch.scope, all_chains(context)
    async with context.database.read() as connection:
        symbols = await known_symbols(connection, scope.only | scope.without)
    only, without = (named(assets, known, symbols) for assets in (scope.only, scope.without))
    text = scope_texts.choose_tokens(_name(watch, context), only, without)
    return text, scope_keyboards.tokens(watch, only, without)


async def topics(context: Context, chat: Chat, watch: Watch, event: Event) -> Screen:
    """In which of a forum's topics it tells."""
    async with context.database.read() as connection:
        known = await watchlists.topics(connection, chat.id)
    here = topic_of(event) if _is_forum(chat, event) else None
    text = texts.choose_topic(watch, context.chains)
    return text, scope_keyboards.topics(watch, known, here)


async def choose_mute(context: Context, _chat: Chat, watch: Watch, _event: Event) -> Screen:
    """For how long it is to be quiet."""
    return mutes.choose(watch, context.chains), keyboards.mutes(watch)


SCREENS: dict[Act, Callable[[Context, Chat, Watch, Event], Awaitable[Screen]]] = {
    Act.OPEN: card,
    Act.THRESHOLDS: thresholds,
    Act.DIRECTIONS: directions,
    Act.KINDS: kinds,
    Act.CHAINS: chains,
    Act.TOKENS: tokens,
    Act.TOPICS: topics,
    Act.MUTES: choose_mute,
}


def all_chains(context: Context) -> list[Chain]:
    """Every chain of which there is a table, those that are followed first."""
    rest = (one for one in context.settings.known_chains.values() if one not in context.chains)
    return [*context.chains, *rest]


def chains_of(watch: Watch, context: Context) -> list[Chain]:
    """Those of the chains that are followed that it is about, be it resting there or not."""
    return [chain for chain in context.chains if watch.chain in {None, chain.name}]


def _name(watch: Watch, context: Context) -> str:
    return texts.brief_name(watch, context.chains)


def _is_forum(chat: Chat, event: Event) -> bool:
    """Whether what was tapped or written stands in the chat, and that has topics."""
    message = event.message if isinstance(event, CallbackQuery) else event
    return message is not None and message.chat.id == chat.id and is_forum(event)
