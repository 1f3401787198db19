"""The button under a question: it needs no answer any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router

from bot.answers import show
from bot.asking import settle
from bot.buttons.asking import NeverMindButton
from bot.languages import _
from bot.middlewares.introduction import PERSONAL

if TYPE_CHECKING:
    from aiogram.fsm.context import FSMContext
    from aiogram.types import CallbackQuery


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="asked")
    # whatever it was about, there is nothing to be changed
    router.callback_query.register(never_mind, NeverMindButton.filter(), flags=PERSONAL)
    return router


async def never_mind(query: CallbackQuery, state: FSMContext) -> None:
    """Forget the question."""
    await settle(state)
    await show(query, _("All right, nothing was changed."))
