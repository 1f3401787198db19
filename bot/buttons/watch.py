"""Buttons of one watch, of the list of them, and of an address that may become one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Id, Small
from data.model import Unpriced

USD_PRESETS = (10_000, 100_000, 1_000_000)


MUTE_PRESETS = (60, 480, 1440)
"""Minutes."""


class Act(StrEnum):
    """What a button does to a watch; those of the second line take a value."""

    OPEN = "open"
    THRESHOLDS = "ths"
    DEFAULT = "def"
    MUTES = "mts"
    UNMUTE = "unm"
    ASK = "ask"
    REMOVE = "rm"
    USD = "usd"
    MUTE = "mut"


class WatchButton(CallbackData, prefix="w"):
    """Something done to one watch; ``value`` is dollars or minutes."""

    id: Id
    act: Act
    value: Small = 0


class PageButton(CallbackData, prefix="l"):
    """A page of the watchlist, from 0."""

    page: Annotated[int, Field(ge=0, le=10**6)]


class OfferButton(CallbackData, prefix="o"):
    """Watch the address that was pasted: 40 hex digits."""

    address: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class UnpricedButton(CallbackData, prefix="u"):
    """What a watch does about movements without a price."""

    id: Id
    unpriced: Unpriced
