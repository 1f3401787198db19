"""Buttons of a chat's history."""

from __future__ import annotations

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.buttons.values import Id


class HistoryAct(StrEnum):
    """What a button does in a chat's history."""

    BELOW = "b"
    """the page of alerts with smaller numbers"""
    ABOVE = "a"
    OPEN = "o"


class HistoryButton(CallbackData, prefix="h"):
    """A page of a chat's history next to an alert, or that alert in full."""

    act: HistoryAct
    number: Id
