"""Quiet hours, digests, and by whose clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from bot.hours.clock import clock_words, zone_label, zone_of
from bot.hours.schedule import DEFAULT_DIGEST_AT
from bot.languages import N_, _
from bot.numbers import grouped
from bot.parse.text import shown
from bot.parse.zone import city_of
from data.errors import InputError
from data.model import DigestEvery

if TYPE_CHECKING:
    from data.model import Chat, Quiet

ASK_HOURS = N_("When shall I be quiet? Write it like 23:00-07:00 or 11pm-7am.")
ASK_TIME = N_("At what time shall the daily digest come? Write it like 8:00 or 8am.")
ASK_ZONE = N_(
    "Where do you live? Write a city or a country, in any of my languages, or an offset like UTC+3."
)

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def quiet(chat: Chat) -> str:
    """The quiet hours of a chat, above what may be changed about them."""
    if chat.quiet is None:
        head = _("🔔 <b>No quiet hours.</b> Alerts come at any time.")
        how = _(
            "Choose hours, or write them with your city: <code>/quiet 23:00-07:00 Berlin</code>."
            " What comes meanwhile waits for one message at their end."
        )
        return f"{head}\n\n{how}"
    begin, end = minute_words(chat.quiet.begins), minute_words(chat.quiet.ends)
    head = _("🌙 <b>Quiet from {begin} to {end}.</b>").format(begin=begin, end=end)
    what = _("What comes meanwhile waits for one message at {end}, the largest first. {through}")
    said = what.format(end=end, through=_through(chat.quiet.times))
    return f"{head}\n\n{said}"


def digest(chat: Chat) -> str:
    """The digests of a chat, above what may be changed about them."""
    if chat.digest is DigestEvery.OFF:
        head = _("📊 <b>No digest.</b> Each alert comes as it happens.")
        what = _(
            "With a digest, alerts come together: a picture of what went in and out, and below it"
            " the largest."
        )
        return f"{head}\n\n{what}"
    if chat.digest is DigestEvery.HOUR:
        head = _("📊 <b>A digest every hour</b>, if anything happened.")
    else:
        at = DEFAULT_DIGEST_AT if chat.digest_at is None else chat.digest_at
        head = _("📊 <b>A digest every day at {time}</b>, if anything happened.")
        head = head.format(time=minute_words(at))
    lines = [head, _through(chat.digest_times)]
    if chat.quiet is not None:
        said = _("Quiet from {begin} to {end}: what is due then comes at their end.")
        begin, end = minute_words(chat.quiet.begins), minute_words(chat.quiet.ends)
        lines.append(said.format(begin=begin, end=end))
    return "\n\n".join(lines)


def clocks(chat: Chat, now: datetime) -> str:
    """By whose clocks, and what they show, so that a wrong zone is seen at once."""
    time = clock_words(now)
    if chat.time_zone is None:
        said = _("🌍 Your time zone is not set: I take it that it is {time} where you are.")
        return said.format(time=time)
    said = _("🌍 {zone}, where it is {time} now.")
    return said.format(zone=escape(zone_words(chat.time_zone)), time=time)


def choose_zone(now: datetime) -> str:
    """Above zones to choose from."""
    said = _("🌍 <b>What time is it where you are?</b> I took it for {time}.")
    return said.format(time=clock_words(now))


def which_zone(name: str) -> str:
    """Above the zones that are called so."""
    return _("🌍 Which of these do you mean by “{name}”?").format(name=escape(shown(name)))


def unknown_zone(name: str) -> InputError:
    """Nothing is called so."""
    return InputError(
        "I don't know where “{name}” is: write a large city like Berlin, a name like Europe/Berlin,"
        " or an offset like UTC+3.",
        name=shown(name),
    )


def now_quiet(quiet: Quiet | None) -> str:
    """For a moment on the button."""
    if quiet is None:
        return _("No quiet hours any more")
    said = _("Quiet from {begin} to {end}")
    return said.format(begin=minute_words(quiet.begins), end=minute_words(quiet.ends))


def minute_words(minute: int) -> str:
    """``07:00``: the same in all of the bot's languages."""
    return f"{minute // 60:02}:{minute % 60:02}"


def zone_words(zone: str) -> str:
    """``Berlin``, ``UTC+5:30``: what a zone is called in a sentence, in the current language; plain
    text."""
    if zone[:1] in "+-":
        # an offset is the same at any time
        return zone_label(_ANY_TIME.astimezone(zone_of(zone)))
    return city_of(zone)


def zone_button(zone: str, now: datetime) -> str:
    """``14:05 · Berlin``."""
    there = now.astimezone(zone_of(zone))
    return f"{there:%H:%M} · {zone_words(zone)}"


def _through(times: int | None) -> str:
    if times is None:
        return _("Nothing comes through before.")
    said = _("What reaches {times}× its watch's threshold comes at once.")
    return said.format(times=grouped(times))
