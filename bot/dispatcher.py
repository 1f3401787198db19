"""The dispatcher: which handlers there are, and what happens around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Dispatcher, F, Router

from bot.handlers import (
    card,
    failure,
    gas,
    groups,
    membership,
    mute,
    name,
    noise,
    paste,
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
from bot.middlewares.hearing import Hearing
from bot.middlewares.introduction import Introduction

if TYPE_CHECKING:
    from bot.context import Context


def make_dispatcher(context: Context) -> Dispatcher:
    """A dispatcher of its own for each call: aiogram's routers belong to one only."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.update.outer_middleware(Hearing())
    dispatcher.include_routers(
        failure.make_router(context),
        membership.make_router(context),
        groups.make_router(),
        _private_chats(context),
    )
    return dispatcher


def _private_chats(context: Context) -> Router:
    router = Router(name="private chats")
    router.message.filter(F.chat.type == "private")
    router.callback_query.filter(F.message.chat.type == "private")
    introduction = Introduction(context)
    router.message.middleware(introduction)
    router.callback_query.middleware(introduction)
    router.callback_query.middleware(Attention())
    for module in (
        start, watch, unwatch, watchlist, card, name, threshold, unpriced, whales, timing, mute,
        noise, why, tx, gas, status, paste,
    ):  # fmt: skip
        router.include_router(module.make_router())
    return router
