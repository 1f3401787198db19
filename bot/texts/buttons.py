"""Captions of buttons: plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import N_
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
ALL_CHAINS = "All chains"
FORGET_NAME = "Forget it"
FORGET_NAMES = "Forget them"
BACK_TO_NAMES = "‹ Names"
FEED_OFF = "Turn it off"
DONE = N_("✓ Done")
ITS_WATCHES = N_("👁 Its watches")
INSTANT = "⚡ Instant"
SAFE = "🛡 Safe"

TELL_UNPRICED = "Tell me without a price, too"
IGNORE_UNPRICED = "Only what has a price"
LOWER_THRESHOLD = "Change the threshold"


def let_in(rule: NoiseRule, *, noise: bool) -> str:
    """``Let look-alikes in``, or keep them out."""
    return f"{'Let' if noise else 'Keep'} {noise_words(rule)} {'in' if noise else 'out'}"


def cut(text: str, longest: int = 24) -> str:
    """As much of a name as a button holds."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def mute_for(minutes: int) -> str:
    """``Mute 8 h``."""
    return f"🔕 {minutes // 1440} d" if minutes % 1440 == 0 else f"🔕 {minutes // 60} h"
