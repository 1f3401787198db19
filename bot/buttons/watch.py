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
    """What a button does to a watch; first those that only lead to a screen."""

    OPEN = "open"
    THRESHOLDS = "ths"
    DIRECTIONS = "dis"
    KINDS = "kis"
    CHAINS = "chs"
    TOKENS = "tos"
    TOPICS = "tps"
    MUTES = "mts"

    ASK_AMOUNT = "?am"
    ASK_LABEL = "?la"
    ASK_ONLY = "?on"
    ASK_WITHOUT = "?wi"

    DEFAULT = "def"
    USD = "usd"
    IN = "in"
    OUT = "out"
    BOTH = "both"
    KIND_ON = "ki+"
    KIND_OFF = "ki-"
    CHAIN_ON = "ch+"
    CHAIN_OFF = "ch-"
    DROP = "to-"
    ALL_TOKENS = "to*"
    TOPIC = "top"
    MUTE = "mut"
    FOREVER = "ever"
    UNMUTE = "unm"
    REMOVE = "rm"
    UNDO = "undo"


class WatchButton(CallbackData, prefix="w"):
    """Something done to one watch; ``value`` is dollars, minutes, interests, a chain's id, a topic
    or a token's ``short_name``. Buttons say how it is to be, not that it be otherwise: tapped twice
    they do no more than once."""

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
