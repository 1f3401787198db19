"""Mute and unmute."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _
from bot.texts.words import duration_words, is_muted, time_words, watch_name
from data.model import FOREVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from data.model import Chain, Chat, Watch

_ALL_FOR_EVER = N_("🔕 Everything here is muted until you end it: /unmute.")


def expired(duration: timedelta, ago: timedelta) -> str:
    """The command arrived when its time was already over."""
    return _(
        "You asked for {duration} of silence {ago} ago, before I could read it; that is over, so"
        " nothing was muted."
    ).format(duration=duration_words(duration), ago=duration_words(ago))


def muted(watch: Watch | None, until: datetime, now: datetime, chains: Sequence[Chain]) -> str:
    """After a mute; None is the whole chat."""
    time, ever = time_words(until, now), until >= FOREVER
    if watch is None:
        said = _("🔕 Everything here is muted until {time}. /unmute ends it sooner.")
        return _(_ALL_FOR_EVER) if ever else said.format(time=time)
    said = _("🔕 <b>{watch}</b> is muted until {time}. /unmute {number} ends it sooner.")
    if ever:
        said = _("🔕 <b>{watch}</b> is muted until you end it: /unmute {number}.")
    name = escape(watch_name(watch, chains))
    return said.format(watch=name, time=time, number=watch.number)


def unmuted(watch: Watch | None, chains: Sequence[Chain], *, was: bool) -> str:
    """After a mute was ended."""
    if watch is None:
        return _("🔔 This chat is no longer muted.") if was else _("This chat was not muted.")
    said = _("🔔 <b>{watch}</b> is no longer muted.") if was else _("<b>{watch}</b> was not muted.")
    return said.format(watch=escape(watch_name(watch, chains)))


def overview(chat: Chat, now: datetime) -> str:
    """Whether the chat is muted, above durations to choose from."""
    if is_muted(chat.muted_until, now) and chat.muted_until:
        if chat.muted_until >= FOREVER:
            return _(_ALL_FOR_EVER)
        time = time_words(chat.muted_until, now)
        return _("🔕 Everything here is muted until {time}.").format(time=time)
    return _(
        "For how long shall I be quiet? Any time goes, like <code>/mute 1h30m</code>;"
        " <code>/mute 2 8h</code> is for watch 2 alone."
    )


def choose(watch: Watch, chains: Sequence[Chain]) -> str:
    """Above durations to choose from, for one watch."""
    return _(
        "For how long shall I be quiet about <b>{watch}</b>? Any time goes, like"
        " <code>/mute {number} 1h30m</code>."
    ).format(watch=escape(watch_name(watch, chains)), number=watch.number)
