"""Hours as people write them: ``23:00-07:00``, ``23-7``, ``11pm-7am``; ``daily 08:00``, ``hourly``.

Behind them may stand ``10x``, what comes through all the same, and a time zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.parse.text import cleaned, shown
from data.errors import InputError
from data.model import DigestEvery

MOST_TIMES = 1_000_000
_TIME = (
    r"(?P<{0}hour>[0-9]{{1,2}})(?:[:.h](?P<{0}minute>[0-9]{{2}}))?"
    r"\s*(?P<{0}half>[ap]\.?m\.?(?![a-z]))?"
)
_BEGIN, _END = _TIME.format("b"), _TIME.format("e")
_SPAN = re.compile(rf"{_BEGIN}\s*(?:-|–|—|−|…|\bto\b|\btill\b|\buntil\b)\s*{_END}(?=\s|$)")
_AT = re.compile(rf"{_BEGIN}(?=\s|$)")
_TIMES = re.compile(r"(?:^|\s)(?P<times>[0-9]{1,7})\s*[x×](?=\s|$)")
_EVERY = {
    "off": DigestEvery.OFF,
    "none": DigestEvery.OFF,
    "never": DigestEvery.OFF,
    "hourly": DigestEvery.HOUR,
    "hour": DigestEvery.HOUR,
    "daily": DigestEvery.DAY,
    "day": DigestEvery.DAY,
}
_OFF = frozenset({"off", "none", "never", "no"})


@dataclass(frozen=True, slots=True)
class Hours:
    """From one minute of the day to another; ``times`` and ``zone`` as they were written, None
    where they were not."""

    begins: int
    ends: int
    times: int | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class Digests:
    """How often, and at which minute of the day; the rest as above."""

    every: DigestEvery
    at: int | None
    times: int | None
    zone: str | None


def is_off(text: str) -> bool:
    """Whether somebody wants none."""
    return cleaned(text).casefold() in _OFF


def parse_hours(text: str) -> Hours:
    """Raises InputError for what are no hours."""
    said = cleaned(text).casefold().removeprefix("from ")
    found = _SPAN.match(said)
    if found is None:
        raise InputError(
            "I can't read “{text}” as hours: write them like 23:00-07:00, 23-7 or 11pm-7am, with"
            " your city behind them if you like.",
            text=shown(text),
        )
    begins, ends = _minute(found, "b"), _minute(found, "e")
    if begins == ends:
        raise InputError(
            "These hours begin and end at the same time: for silence all day there is /mute, and"
            " for one message a day /digest daily."
        )
    times, zone = _rest(said[found.end() :])
    return Hours(begins, ends, times, zone)


def parse_digests(text: str) -> Digests:
    """Raises InputError for what says nothing of digests."""
    said = cleaned(text).casefold()
    word, _space, rest = said.partition(" ")
    every = _EVERY.get(word)
    if every is None:
        every, rest = DigestEvery.DAY, said
        if _AT.match(rest) is None:
            raise InputError(
                "I can't read “{text}”: write /digest daily 08:00, /digest hourly or /digest off.",
                text=shown(text),
            )
    at = None
    rest = rest.strip().removeprefix("at ")
    if every is DigestEvery.DAY and (found := _AT.match(rest)) is not None:
        at, rest = _minute(found, "b"), rest[found.end() :]
    times, zone = _rest(rest)
    return Digests(every, at, times, zone)


def parse_time(text: str) -> int:
    """A minute of the day. Raises InputError for what is no time."""
    found = _AT.fullmatch(cleaned(text).casefold())
    if found is None:
        raise InputError(
            "I can't read “{text}” as a time: write it like 8:00 or 8am.", text=shown(text)
        )
    return _minute(found, "b")


def _minute(found: re.Match[str], which: str) -> int:
    hour, minute = int(found[f"{which}hour"]), int(found[f"{which}minute"] or 0)
    half = found[f"{which}half"]
    if half is not None:
        if not 1 <= hour <= 12:
            raise InputError("There is no {hour} {half}: write 1 to 12.", hour=hour, half=half)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise InputError("A day has no {time}: write 0:00 to 23:59.", time=f"{hour}:{minute:02}")
    return hour % 24 * 60 + minute


def _rest(text: str) -> tuple[int | None, str | None]:
    """What comes through, and the zone."""
    times = None
    if found := _TIMES.search(text):
        times = int(found["times"])
        text = text[: found.start()] + " " + text[found.end() :]
        if not 1 <= times <= MOST_TIMES:
            raise InputError("What comes through is 1x to {most}x.", most=f"{MOST_TIMES:,}")
    return times, " ".join(text.split()) or None
