"""Buttons of quiet hours, digests and the time zone that both live by."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

A_DAY = 24 * 60
TIMES_PRESETS = (0, 10, 100)
"""0: nothing comes through."""
NIGHTS = ((22 * 60, 7 * 60), (23 * 60, 7 * 60), (0, 8 * 60))
MORNINGS = (7 * 60, 8 * 60, 9 * 60, 18 * 60)


class QuietAct(StrEnum):
    """What a button does; those of the second line take a value."""

    SHOW = "show"
    OFF = "off"
    ASK = "ask"
    HOURS = "hrs"
    TIMES = "tms"


class QuietButton(CallbackData, prefix="qh"):
    """``value``: minutes of the day, the first 1,440 times; or what comes through."""

    act: QuietAct
    value: Annotated[int, Field(ge=0, lt=A_DAY * A_DAY)] = 0


class DigestAct(StrEnum):
    """What a button does; those of the second line take a value."""

    SHOW = "show"
    OFF = "off"
    HOURLY = "hour"
    ASK = "ask"
    DAILY = "day"
    TIMES = "tms"


class DigestButton(CallbackData, prefix="dg"):
    """``value``: a minute of the day, or what comes through."""

    act: DigestAct
    value: Annotated[int, Field(ge=0, le=10**6)] = 0


class Screen(StrEnum):
    """Where a choice of the time zone leads back to."""

    QUIET = "q"
    DIGEST = "d"


class ZoneButton(CallbackData, prefix="zn"):
    """Live by that zone's clocks; the empty one shows those that there are, ``?`` asks for one."""

    back: Screen
    zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+\-/]{0,32}$|^\?$")] = ""
