"""Hours in which nobody wants to be woken, and where people may be: one city for each time zone
that many live in, by its name in the IANA's list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.model import Language

if TYPE_CHECKING:
    from datetime import datetime

HOURS = {"23-7": (23 * 60, 7 * 60), "22-8": (22 * 60, 8 * 60)}
"""From and until which minute of the day."""
ZONES = (
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Sao_Paulo",
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
)
"""From west to east."""
GUESSES = {
    Language.ENGLISH: "Europe/London",
    Language.RUSSIAN: "Europe/Moscow",
    Language.CHINESE: "Asia/Shanghai",
    Language.SPANISH: "America/Mexico_City",
}
"""Where most are that read a language, as a first guess."""


def city_of(zone: str) -> str:
    """``New York`` of ``America/New_York``."""
    return zone.rpartition("/")[2].replace("_", " ")


def time_there(zone: str, now: datetime) -> str:
    """What the clocks show: ``14:05``."""
    return f"{now.astimezone(ZoneInfo(zone)):%H:%M}"


def hours_words(span: tuple[int, int]) -> str:
    """``23:00–07:00``."""
    begins, ends = (f"{minute // 60:02}:{minute % 60:02}" for minute in span)
    return f"{begins}–{ends}"
