"""Buttons of the list in one message."""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Id


class ListButton(CallbackData, prefix="a"):
    """A page of the alerts of one message, from 0.

    ``message`` is our id of that message, or 0 for the one that the button hangs under: when that
    was sent, nobody knew its id.
    """

    message: Id = 0
    page: Annotated[int, Field(ge=0, le=10**6)]
