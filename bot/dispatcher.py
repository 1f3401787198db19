"""The dispatcher: which handlers there are, and what happens around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Dispatcher, F, Router
from aiogram.fsm.strategy import FSMStrategy

from bot.asking import memory
from bot.handlers import (
    alert,
    asked,
    card,
    channels,
    export,
    failure,
    first,
    gas,
    groups,
    history,
    importing,
    inline,
    language,
    leftovers,
    membership,
    mute,
    name,
    new_feed,
    noise,
    offers,
    operators,
    pages,
    paste,
    privacy,
    quiet,
    share,
    start,
    status,
    threshold,
    timing,
    tx,
    typed,
    unpriced,
    unwatch,
    watch,
    watchlist,
    whales,
    why,
)
from bot.middlewares.acting import Acting
from bot.middlewares.admission import Admission
from bot.middlewares.attention import Attention
from bot.middlewares.budget import Acquaintances, Budget, LookingBudget
from bot.middlewares.change_of_subject import ChangeOfSubject
from bot.middlewares.hearing import Hearing
from bot.middlewares.introduction import Introduction
from bot.middlewares.lateness import Lateness
from bot.middlewares.permission import Permission
from bot.middlewares.stamp import Stamp

if TYPE_CHECKING:
    from bot.context import Context


def make_dispatcher(context: Context) -> Dispatcher:
    """A dispatcher of its own for each call: aiogram's routers belong to one only."""
    dispatcher = Dispatcher(storage=memory(context.redis), fsm_strategy=FSMStrategy.USER_IN_TOPIC)
    dispatcher.update.outer_middleware(Hearing())
    dispatcher.callback_query.outer_middleware(Stamp())
    acquaintances = Acquaintances()
    looking = LookingBudget(context, acquaintances)
    dispatcher.include_routers(
        failure.make_router(context),
        membership.make_router(context),
        pages.make_router(context, looking),
        inline.make_router(context, looking),
        _chats(context, acquaintances),
        leftovers.make_router(),
    )
    return dispatcher


def _chats(context: Context, acquaintances: Acquaintances) -> Router:
    """Private chats and groups; what is posted in a channel is not said to the bot."""
    router = Router(name="chats")
    router.message.filter(F.chat.type != "channel")
    router.callback_query.filter(F.message)
    around = (
        Budget(context, acquaintances),
        Introduction(context),
        Admission(acquaintances),
        Acting(),
        Permission(),
    )
    for observer in (router.message, router.callback_query):
        for middleware in around:
            observer.middleware(middleware)
    router.message.middleware(Lateness())
    router.message.middleware(ChangeOfSubject())
    router.callback_query.middleware(Attention())
    for module in (
        share, start, first, watch, unwatch, watchlist, card, typed, name, threshold, unpriced,
        whales, new_feed, timing, mute, quiet, noise, alert, language, why, history, tx, gas,
        status, export, importing, privacy, channels, asked, operators, offers, paste, groups,
    ):  # fmt: skip
        router.include_router(module.make_router())
    return router
