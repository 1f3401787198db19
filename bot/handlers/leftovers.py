"""What no other handler takes, and somebody waits for an answer to all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router

from bot.answers import notice
from bot.languages import _
from bot.texts.general import BUTTON_TOO_OLD

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery


def make_router() -> Router:
    """Its handler; it takes whatever is left, so this router comes last of all."""
    router = Router(name="leftovers")
    router.callback_query.register(too_old)
    return router


async def too_old(query: CallbackQuery) -> None:
    """A button under a message that Telegram does not tell us of, or of a keyboard of nobody's."""
    await notice(query, _(BUTTON_TOO_OLD))
