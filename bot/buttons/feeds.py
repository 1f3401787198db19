"""Buttons of the feeds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Small

FEED_PRESETS = (100_000, 1_000_000, 10_000_000)


ALL_CHAINS = "all"


class FeedAct(StrEnum):
    """What a button does to a feed."""

    OPEN = "open"
    USD = "usd"
    OFF = "off"


class FeedButton(CallbackData, prefix="f"):
    """Something done to the feed of a chain, or of ``all``."""

    chain: Annotated[str, Field(max_length=32)]
    act: FeedAct
    value: Small = 0
