"""Captions of buttons: plain text, the constants to be said through ``_``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.languages import N_, _
from bot.texts.words import duration_words, noise_words

if TYPE_CHECKING:
    from data.model import NoiseRule

WHALE_FEED = N_("🐋 Whale feed")
HELP = N_("Help")
WATCH_IT = N_("👁 Watch it")
CHANGE_THRESHOLD = N_("Threshold")
MUTE = N_("Mute")
UNMUTE = N_("🔔 Unmute")
REMOVE = N_("Remove")
UNDO = N_("↩️ Undo")
MORE = N_("⚙️ More settings")
OTHER_AMOUNT = N_("Other amount…")
DIRECTION = N_("Direction")
KINDS = N_("Kinds")
TOKENS = N_("Tokens")
CHAINS = N_("Chains")
LABEL = N_("Name…")
TOPIC = N_("Topic")
ALL_KINDS = N_("All kinds")
ALL_TOKENS = N_("All tokens")
ONLY_TOKEN = N_("Only…")
WITHOUT_TOKEN = N_("Leave out…")
HERE = N_("Here")
GENERAL_TOPIC = N_("General")
MUTE_IT = N_("🔕 Mute")
MUTE_FOREVER = N_("🔕 Until I end it")
EXPLORER = N_("Explorer")
USE_DEFAULT = N_("The chat's default")
BACK = N_("‹ Back")
BACK_TO_LIST = N_("‹ List")
PREVIOUS = N_("‹ Previous")
NEXT = N_("Next ›")
NEWER = N_("‹ Newer")
OLDER = N_("Older ›")
BACK_TO_HISTORY = N_("‹ History")
FIRST_PAGE = "« 1"
ALL_CHAINS = N_("All chains")
FORGET_NAME = N_("Forget it")
FORGET_NAMES = N_("Forget them")
BACK_TO_NAMES = N_("‹ Names")
FEED_OFF = N_("Turn it off")
DONE = N_("✓ Done")
ITS_WATCHES = N_("👁 Its watches")
AS_TELEGRAM = N_("As Telegram is")
INSTANT = N_("⚡ Instant")
SAFE = N_("🛡 Safe")
OTHER_HOURS = N_("Other hours")
QUIET_OFF = N_("🔔 No quiet hours")
OTHER_TIME = N_("Another time")
EVERY_HOUR = N_("Every hour")
DIGEST_OFF = N_("No digest")
NOTHING_THROUGH = N_("Nothing through")
TIME_ZONE = N_("🌍 Time zone")
ANOTHER_ZONE = N_("Another place")

TELL_UNPRICED = N_("Tell me without a price, too")
IGNORE_UNPRICED = N_("Only what has a price")


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
    caption = _("Let {noise} in") if noise else _("Keep {noise} out")
    return caption.format(noise=noise_words(rule))


def every_day_at(time: str) -> str:
    """``Daily 08:00``."""
    return _("Daily {time}").format(time=time)


def threshold_of(number: int) -> str:
    """``Change the threshold of #2``."""
    return _("Change the threshold of #{number}").format(number=number)


def watch_party(name: str) -> str:
    """``👁 Watch Binance 14``."""
    return _("👁 Watch {name}").format(name=cut(name))


def topic_with(number: int) -> str:
    """``Where #3 tells``: a topic has no name that the bot could know."""
    return _("Where #{number} tells").format(number=number)


def switched(name: str, *, on: bool) -> str:
    """``✅ Swaps``, ``▫️ Mints``."""
    return f"{'✅' if on else '▫️'} {name}"


def cut(text: str, longest: int = 24) -> str:
    """As much of a name as a button holds."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def mute_for(minutes: int) -> str:
    """``Mute 8 h``."""
    return f"🔕 {duration_words(timedelta(minutes=minutes))}"
