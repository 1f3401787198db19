"""Buttons under a threshold that was just set."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

from bot.buttons.values import Id, Small


class StepButton(CallbackData, prefix="th"):
    """Set a watch's threshold to so many dollars, or with 0 to the chat's default."""

    id: Id
    usd: Small
