"""What the inline buttons carry: small, checked, at most 64 bytes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from data.model import Language, NoiseRule, Timing, Unpriced

Id = Annotated[int, Field(ge=0, lt=2**63)]
Small = Annotated[int, Field(ge=0, le=10**12)]

USD_PRESETS = (10_000, 100_000, 1_000_000)
FEED_PRESETS = (100_000, 1_000_000, 10_000_000)
MUTE_PRESETS = (60, 480, 1440)
"""Minutes."""

ALL_CHAINS = "all"


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


class PlaceButton(CallbackData, prefix="ch"):
    """A group or channel to set up from a private chat."""

    chat: Annotated[int, Field(gt=-(2**63), lt=0)]


class DoneButton(CallbackData, prefix="dn"):
    """It is set up."""


class PageButton(CallbackData, prefix="l"):
    """A page of the watchlist, from 0."""

    page: Annotated[int, Field(ge=0, le=10**6)]


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


class OfferButton(CallbackData, prefix="o"):
    """Watch the address that was pasted: 40 hex digits."""

    address: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Topic(StrEnum):
    """What the buttons of a greeting lead to."""

    WATCH = "watch"
    WHALES = "whales"
    HELP = "help"


class TopicButton(CallbackData, prefix="m"):
    """Tell about something."""

    topic: Topic


class ChatMuteButton(CallbackData, prefix="q"):
    """Mute the whole chat; 0 minutes unmute it."""

    minutes: Small


class ChatThresholdButton(CallbackData, prefix="t"):
    """Change the chat's default threshold."""

    usd: Small


class ListButton(CallbackData, prefix="a"):
    """A page of the alerts of one message, from 0.

    ``message`` is our id of that message, or 0 for the one that the button hangs under: when that
    was sent, nobody knew its id.
    """

    message: Id = 0
    page: Annotated[int, Field(ge=0, le=10**6)]


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


class NameAct(StrEnum):
    """What a button does to the names that a chat gave an address."""

    OPEN = "open"
    FORGET = "rm"


class NameButton(CallbackData, prefix="n"):
    """Something done to the names of an address: 40 hex digits."""

    address: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    act: NameAct


class NamesPageButton(CallbackData, prefix="p"):
    """A page of the names, from 0."""

    page: Annotated[int, Field(ge=0, le=10**6)]


class TimingButton(CallbackData, prefix="s"):
    """Alert at the newest block, or once it is safe."""

    timing: Timing


class NoiseButton(CallbackData, prefix="r"):
    """Let in what a rule takes for noise, or keep it out."""

    rule: NoiseRule
    let_in: bool


class LanguageButton(CallbackData, prefix="g"):
    """Write in that language; None is Telegram's."""

    language: Language | None


class UnpricedButton(CallbackData, prefix="u"):
    """What a watch does about movements without a price."""

    id: Id
    unpriced: Unpriced
