"""Buttons of the feeds: those that are there, and a new one, step by step."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.buttons.values import Id, Small

FEED_PRESETS = (100_000, 1_000_000, 10_000_000)


ALL_CHAINS = "all"


class FeedAct(StrEnum):
    """What a button does to a feed."""

    OPEN = "o"
    USD = "u"
    OTHER = "a"
    """asks for any other value"""
    OFF = "x"


class FeedsButton(CallbackData, prefix="fl"):
    """All of the chat's feeds."""


class FeedButton(CallbackData, prefix="f"):
    """Something done to one of the chat's feeds; ``value`` is dollars."""

    id: Id
    act: FeedAct
    value: Small = 0


class What(StrEnum):
    """What a new feed is about."""

    EVERYTHING = "e"
    INFLOW = "i"
    OUTFLOW = "o"
    STABLECOINS = "s"
    """mints and burns of them"""
    ASSET = "t"


class NewFeedButton(CallbackData, prefix="fn"):
    """A new feed as far as it has been said: what it is about, on which chain or ``all``, a token's
    symbol where it is about one, and dollars. The next step is what is still missing.

    ``ask`` asks for what is missing to be written.
    """

    what: What | None = None
    chain: Annotated[str, Field(max_length=24)] = ""
    token: Annotated[str, Field(max_length=12)] = ""
    usd: Small = 0
    ask: bool = False
