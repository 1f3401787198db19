"""Mute and unmute."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.texts.words import duration_words, is_muted, until_words, watch_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from data.model import Chain, Chat, Watch


def expired(duration: timedelta, ago: timedelta) -> str:
    """The command arrived when its time was already over."""
    return (
        f"You asked for {duration_words(duration)} of silence {duration_words(ago)} ago, before I"
        " could read it; that is over, so nothing was muted."
    )


def muted(watch: Watch | None, until: datetime, now: datetime, chains: Sequence[Chain]) -> str:
    """After a mute; None is the whole chat."""
    whom = f"<b>{escape(watch_name(watch, chains))}</b> is" if watch else "Everything here is"
    end = f"/unmute {watch.number}" if watch else "/unmute"
    return f"🔕 {whom} muted {until_words(until, now)}. {end} ends it sooner."


def unmuted(watch: Watch | None, chains: Sequence[Chain], *, was: bool) -> str:
    """After a mute was ended."""
    whom = f"<b>{escape(watch_name(watch, chains))}</b>" if watch else "This chat"
    return f"🔔 {whom} is no longer muted." if was else f"{whom} was not muted."


def overview(chat: Chat, now: datetime) -> str:
    """Whether the chat is muted, above durations to choose from."""
    if is_muted(chat.muted_until, now) and chat.muted_until:
        return f"🔕 Everything here is muted {until_words(chat.muted_until, now)}."
    return (
        "For how long shall I be quiet? Any time goes, like <code>/mute 1h30m</code>;"
        " <code>/mute 2 8h</code> is for watch 2 alone."
    )


def choose(watch: Watch, chains: Sequence[Chain]) -> str:
    """Above durations to choose from, for one watch."""
    return (
        f"For how long shall I be quiet about <b>{escape(watch_name(watch, chains))}</b>?"
        f" Any time goes, like <code>/mute {watch.number} 1h30m</code>."
    )
