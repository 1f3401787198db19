"""Chains that rest: an operator stops following one, and begins again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiogram import F, Router

from bot.answers import show
from bot.buttons.operators import Desk, DeskButton, PauseAct, PauseButton
from bot.delivery.clean import clean
from bot.handlers.operators.desk import statuses
from bot.keyboards import operators as keyboards
from bot.middlewares.introduction import PERSONAL
from bot.texts import operators as texts
from bot.texts.general import BUTTON_TOO_OLD
from bot.texts.words import duration_words
from data.errors import InputError
from data.queries import pauses

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery

    from bot.context import Context
    from data.model import Chain

_log = structlog.get_logger(__name__)

_LONGEST_NAME = 64


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="resting chains")
    chosen = DeskButton.filter(F.screen == Desk.CHAINS)
    router.callback_query.register(overview, chosen, flags=PERSONAL)
    router.callback_query.register(change, PauseButton.filter(), flags=PERSONAL)
    return router


async def overview(query: CallbackQuery, context: Context) -> None:
    """Which are followed, and which rest."""
    now, found = context.clock(), await statuses(context)
    async with context.database.read() as connection:
        resting = await pauses.all_of(connection)
    text = texts.chains(found, resting, now)
    await show(query, text, keyboards.chains(context.chains, resting))


async def change(query: CallbackQuery, callback_data: PauseButton, context: Context) -> None:
    """Let one rest, after asking, or end that; who comes second finds it done."""
    chain = _known(context, callback_data.chain)
    by = query.from_user
    if callback_data.act is PauseAct.ASK:
        within = duration_words(timedelta(seconds=context.settings.catch_up_within))
        await show(query, texts.confirm_pause(chain, within), keyboards.confirm_pause(chain))
        return
    async with context.database.write() as connection:
        if callback_data.act is PauseAct.PAUSE:
            who = clean(by.full_name, _LONGEST_NAME) or str(by.id)
            await pauses.pause(connection, chain.name, by.id, who, context.clock())
        else:
            await pauses.resume(connection, chain.name)
    _log.info("chain " + callback_data.act.value + "d", chain=chain.name, by=by.id)
    await overview(query, context)


def _known(context: Context, name: str) -> Chain:
    """Raises InputError for a chain that is not followed any more."""
    for chain in context.chains:
        if chain.name == name:
            return chain
    raise InputError(BUTTON_TOO_OLD)
