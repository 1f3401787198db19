"""The button under a question."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData


class NeverMindButton(CallbackData, prefix="x"):
    """The question needs no answer any more."""
