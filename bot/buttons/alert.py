"""Buttons under an alert."""

from __future__ import annotations

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.buttons.values import Id, Small

ALERT_MUTES = (60, 480)
"""Minutes; below them stands for ever."""


class AlertAct(StrEnum):
    """What a button under an alert does."""

    BACK = "b"
    MUTES = "m"
    MUTE = "q"
    FOREVER = "f"
    UNMUTE = "u"
    THRESHOLD = "t"
    WATCH_OTHER = "o"
    """the other side of what moved"""
    WATCH_OWN = "a"
    """whose movement it was: a feed tells of those whom nobody watches"""


class AlertButton(CallbackData, prefix="al"):
    """Something done about an alert, and to one of its watches where there are several."""

    alert: Id
    act: AlertAct
    watch: Id = 0
    minutes: Small = 0
