"""Captions of buttons: plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts.words import noise_words

if TYPE_CHECKING:
    from data.model import NoiseRule

WATCH_A_WALLET = "👁 Watch a wallet"
WHALE_FEED = "🐋 Whale feed"
HELP = "Help"
WATCH_IT = "👁 Watch it"
CHANGE_THRESHOLD = "Threshold"
MUTE = "Mute"
UNMUTE = "🔔 Unmute"
REMOVE = "Remove"
REMOVE_YES = "Yes, remove it"
KEEP = "Keep it"
USE_DEFAULT = "The chat's default"
BACK = "‹ Back"
BACK_TO_LIST = "‹ List"
PREVIOUS = "‹ Previous"
NEXT = "Next ›"
NEWER = "‹ Newer"
OLDER = "Older ›"
FIRST_PAGE = "« 1"
BACK_TO_HISTORY = "‹ History"
ALL_CHAINS = "All chains"
FORGET_NAME = "Forget it"
FORGET_NAMES = "Forget them"
BACK_TO_NAMES = "‹ Names"
FEED_OFF = "Turn it off"
INSTANT = "⚡ Instant"
SAFE = "🛡 Safe"

TELL_UNPRICED = "Tell me without a price, too"
IGNORE_UNPRICED = "Only what has a price"
LOWER_THRESHOLD = "Change the threshold"


def more(count: int) -> str:
    """``204 more ›``."""
    return f"{count:,} more ›"


def to_previous(page: int) -> str:
    """From a page, counted from 0, to the one before it."""
    return f"‹ {page:,}"


def to_next(page: int) -> str:
    """From a page, counted from 0, to the one after it."""
    return f"{page + 2:,} ›"


def to_last(last: int) -> str:
    """To the last page, counted from 0."""
    return f"{last + 1:,} »"


def let_in(rule: NoiseRule, *, noise: bool) -> str:
    """``Let look-alikes in``, or keep them out."""
    return f"{'Let' if noise else 'Keep'} {noise_words(rule)} {'in' if noise else 'out'}"


def cut(text: str, longest: int = 24) -> str:
    """As much of a name as a button holds."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def mute_for(minutes: int) -> str:
    """``Mute 8 h``."""
    return f"🔕 {minutes // 1440} d" if minutes % 1440 == 0 else f"🔕 {minutes // 60} h"
