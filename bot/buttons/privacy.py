"""Buttons of what is kept about a chat."""

from __future__ import annotations

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.buttons.values import Id


class PrivacyAct(StrEnum):
    """What to do about it."""

    EXPORT = "export"
    ASK = "ask"
    FORGET = "forget"
    KEEP = "keep"


class PrivacyButton(CallbackData, prefix="pv"):
    """``asked_at`` is when the question was asked, in seconds since 1970."""

    act: PrivacyAct
    asked_at: Id = 0
