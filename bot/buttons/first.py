"""Buttons of the first minute. What they carry is said in full, because a keyboard may be tapped a
week later: by a version that has other exchanges, in another order."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

FIRST_PRESETS = (10_000, 100_000, 1_000_000, 10_000_000)


class FirstAct(StrEnum):
    """What a button of the first minute does; the second line takes a value."""

    SOURCES = "src"
    """show the first question again"""
    PASTE = "pst"
    VALUES = "val"
    HOURS = "hrs"
    END = "end"
    WATCH = "on"
    """an exchange, or everything"""
    LEAVE = "off"
    FROM = "usd"
    QUIET = "qt"
    """hours, like 23-7"""
    ZONE = "zn"
    """hours and where, like 23-7/Europe/Berlin"""


class FirstButton(CallbackData, prefix="1"):
    """A step of the first minute."""

    act: FirstAct
    value: Annotated[str, Field(max_length=48, pattern=r"^[A-Za-z0-9/_.+-]*$")] = ""
