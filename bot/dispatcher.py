"""The dispatcher: which handlers there are, and what happens around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Dispatcher, F, Router
from aiogram.fsm.strategy import FSMStrategy

from bot.asking import memory
from bot.handlers import (
    asked,
    card,
    channels,
    export,
    failure,
    gas,
    groups,
    history,
    importing,
    language,
    membership,
    mute,
    name,
    noise,
    pages,
    paste,
    privacy,
    share,
    start,
    status,
    threshold,
    timing,
    tx,
    unpriced,
    unwatch,
    watch,
    watchlist,
    whales,
    why,
)
from bot.middlewares.attention import Attention
from bot.middlewares.change_of_subject import ChangeOfSubject
from bot.middlewares.hearing import Hearing
from bot.middlewares.introduction import Introduction
from bot.middlewares.permission import Permission

if TYPE_CHECKING:
    from bot.context import Context


def make_dispatcher(context: Context) -> Dispatcher:
    """A dispatcher of its own for each call: aiogram's routers belong to one only."""
    dispatcher = Dispatcher(storage=memory(context.redis), fsm_strategy=FSMStrategy.USER_IN_TOPIC)
    dispatcher.update.outer_middleware(Hearing())
    dispatcher.include_routers(
        failure.make_router(context),
        membership.make_router(context),
        pages.make_router(context),
        _chats(context),
    )
    return dispatcher


def _chats(context: Context) -> Router:
    """Private chats and groups; what is posted in a channel is not said to the bot."""
    router = Router(name="chats")
    router.message.filter(F.chat.type != "channel")
    router.callback_query.filter(F.message)
    introduction, permission = Introduction(context), Permission()
    for observer in (router.message, router.callback_query):
        observer.middleware(introduction)
        observer.middleware(permission)
    router.message.middleware(ChangeOfSubject())
    router.callback_query.middleware(Attention())
    for module in (
        share, start, watch, unwatch, watchlist, card, name, threshold, unpriced, whales, timing,
        mute, noise, language, why, history, tx, gas, status, export, importing, privacy, channels,
        asked, paste, groups,
    ):  # fmt: skip
        router.include_router(module.make_router())
    return router
