"""Times as the chat's clocks show them.

The zone is one of the context, as the language is (UTC where nobody set it), so that what renders
need not be told.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.languages import current
from data.model import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[01][0-9])(?P<minutes>00|15|30|45)")
_current: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


@lru_cache(maxsize=256)
def zone_of(name: str | None) -> tzinfo:
    """By its name in the IANA's list, or an offset like ``+0530``; None is UTC.

    So is a name that this machine's list does not have (any more): whoever chose it sees by the
    label of every time that it is not theirs.
    """
    if name is None:
        return UTC
    if offset := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"]))
        return timezone(ahead if offset["sign"] == "+" else -ahead)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def keep_time(name: str | None) -> None:
    """Show all times in this zone from here on, in this task."""
    _current.set(zone_of(name))


@contextmanager
def keeping_time(name: str | None) -> Iterator[None]:
    """Show the times inside in this zone."""
    token = _current.set(zone_of(name))
    try:
        yield
    finally:
        _current.reset(token)


def local(moment: datetime) -> datetime:
    """The same moment on the chat's clocks."""
    return moment.astimezone(_current.get())


def clock_words(moment: datetime) -> str:
    """``14:05 CET``, ``14:05 UTC``, ``14:05 UTC+3``."""
    shown = local(moment)
    return f"{shown:%H:%M} {zone_label(shown)}"


def zone_label(moment: datetime) -> str:
    """What the zone of a time is called then: ``CEST``; where nobody has a name for it, and in
    other languages than that of the names, ``UTC+3``, ``UTC−5:30``."""
    name = moment.tzname() or ""
    if current() is Language.ENGLISH and name.isascii() and name.isalpha():
        return name
    offset = moment.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    sign = "−" if offset < timedelta() else "+"
    rest = f":{minutes % 60:02}" if minutes % 60 else ""
    return f"UTC{sign}{minutes // 60}{rest}"
