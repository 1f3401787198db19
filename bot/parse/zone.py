"""Time zones as people name them: a city, a country, ``Europe/Berlin``, ``CET``, ``UTC+3``.

Cities and countries are understood in every language that the bot speaks, as far as the CLDR and
the IANA's list name them; both come with libraries and are read when somebody first asks.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from babel.core import get_global

from bot.hours.clock import zone_of
from bot.languages import LOCALES, current

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 12
"""Zones that are offered where several are called alike."""
UTC_ZONE = "UTC"
LONGEST_NAME = 32
_LONGEST = 64
_LEAST_PREFIX = 3
_OFFSET = re.compile(
    r"(?:utc|gmt)?\s*(?P<sign>[+\-−–])\s*(?P<hours>[0-9]{1,2})(?::?(?P<minutes>00|15|30|45))?"
)
_MOST_EAST, _MOST_WEST = 14 * 60, 12 * 60
_ZERO = frozenset({"utc", "gmt", "z", "zulu", "uct"})
# what the clocks of these places are called in the IANA's own data, in one half of the year
_ABBREVIATIONS = {
    "acst": ("Australia/Adelaide", "Australia/Darwin"),
    "aedt": ("Australia/Sydney", "Australia/Melbourne"),
    "aest": ("Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane"),
    "akst": ("America/Anchorage",),
    "ast": ("America/Halifax", "America/Puerto_Rico"),
    "awst": ("Australia/Perth",),
    "bst": ("Europe/London",),
    "cat": ("Africa/Maputo",),
    "cdt": ("America/Chicago", "America/Havana"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw"),
    "cet": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw"),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Mexico_City", "America/Havana"),
    "eat": ("Africa/Nairobi",),
    "edt": ("America/New_York", "America/Toronto"),
    "eest": ("Europe/Kyiv", "Europe/Athens", "Europe/Helsinki", "Europe/Bucharest"),
    "eet": ("Europe/Kyiv", "Europe/Athens", "Europe/Helsinki", "Europe/Bucharest"),
    "est": ("America/New_York", "America/Toronto", "America/Panama", "America/Jamaica"),
    "hkt": ("Asia/Hong_Kong",),
    "hst": ("Pacific/Honolulu",),
    "idt": ("Asia/Jerusalem",),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "mdt": ("America/Denver",),
    "msk": ("Europe/Moscow",),
    "мск": ("Europe/Moscow",),
    "mst": ("America/Denver", "America/Phoenix"),
    "nzdt": ("Pacific/Auckland",),
    "nzst": ("Pacific/Auckland",),
    "pdt": ("America/Los_Angeles",),
    "pkt": ("Asia/Karachi",),
    "pst": ("America/Los_Angeles", "Asia/Manila"),
    "sast": ("Africa/Johannesburg",),
    "wat": ("Africa/Lagos",),
    "west": ("Europe/Lisbon",),
    "wet": ("Europe/Lisbon",),
    "wib": ("Asia/Jakarta",),
}
# large cities that live by another one's clocks
_NEIGHBOURS = {
    "Africa/Johannesburg": ("cape town", "durban", "pretoria"),
    "America/Chicago": ("austin", "dallas", "houston", "san antonio", "minneapolis"),
    "America/Los_Angeles": ("la", "las vegas", "portland", "san diego", "san francisco", "seattle"),
    "America/New_York": (
        "atlanta", "boston", "miami", "nyc", "philadelphia", "washington", "washington dc",
    ),
    "America/Sao_Paulo": ("brasilia", "rio", "rio de janeiro"),
    "America/Toronto": ("montreal", "ottawa"),
    "Asia/Dubai": ("abu dhabi",),
    "Asia/Ho_Chi_Minh": ("hanoi",),
    "Asia/Jerusalem": ("tel aviv",),
    "Asia/Kolkata": ("bangalore", "bengaluru", "chennai", "delhi", "hyderabad", "mumbai",
                     "new delhi"),
    "Asia/Shanghai": ("beijing", "guangzhou", "hangzhou", "peking", "shenzhen", "北京", "深圳",
                      "广州", "杭州", "пекин", "pekin"),
    "Asia/Tokyo": ("kyoto", "osaka"),
    "Europe/Berlin": ("cologne", "dusseldorf", "frankfurt", "hamburg", "munich", "munchen"),
    "Europe/Kyiv": ("kharkiv", "lviv", "odesa"),
    "Europe/London": ("birmingham", "edinburgh", "manchester"),
    "Europe/Madrid": ("barcelona", "seville", "valencia"),
    "Europe/Moscow": ("petersburg", "saint petersburg", "st petersburg", "санкт петербург", "питер",
                      "спб"),
    "Europe/Rome": ("milan", "milano", "naples", "turin"),
    "Europe/Zurich": ("basel", "bern", "geneva", "geneve"),
}  # fmt: skip

_COUNTRIES = {"AE": ("uae",), "GB": ("uk", "england"), "US": ("usa", "us", "сша", "eeuu")}


def zones_called(text: str) -> list[str]:
    """The zones that people call so, as ``bot.hours.clock.zone_of`` takes them: none, the one that
    is meant, or those between which to choose, a dozen at most; of those whose clocks go alike
    only the best known."""
    said = _folded(text[:_LONGEST])
    if said in _ZERO:
        return [UTC_ZONE]
    if offset := _OFFSET.fullmatch(text.strip().casefold()):
        return _by_offset(offset)
    if "/" in said:
        return list(_by_name().get(said, ()))
    exact = (*_ABBREVIATIONS.get(said, ()), *_by_name().get(said, ()))
    if exact or len(said) < _LEAST_PREFIX:
        return _unlike(exact)
    names = (name for name in _by_name() if _begins_a_word(said, name))
    return _unlike(zone for name in names for zone in _by_name()[name])


def city_of(zone: str) -> str:
    """``Berlin`` of ``Europe/Berlin``, in the current language where that has a name for it."""
    names = LOCALES[current()].time_zones
    for known in (zone, *_former().get(zone, ())):
        if city := names.get(known, {}).get("city"):
            return str(city)
    return _last_part(zone)


def _last_part(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@cache
def _former() -> dict[str, list[str]]:
    """What zones were called before: the CLDR does not rename them."""
    found: dict[str, list[str]] = {}
    for old, new in get_global("zone_aliases").items():
        found.setdefault(new, []).append(old)
    return found


def _by_offset(found: re.Match[str]) -> list[str]:
    minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
    sign = "+" if found["sign"] == "+" else "-"
    if minutes > (_MOST_EAST if sign == "+" else _MOST_WEST):
        return []
    return [f"{sign}{minutes // 60:02}{minutes % 60:02}" if minutes else UTC_ZONE]


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Zones by all that they are called, folded; the best known of a name stands first."""
    known = {zone for zone in available_timezones() if "/" in zone and len(zone) <= LONGEST_NAME}
    found: dict[str, list[str]] = {}
    for name, zone in (*_names(known), *_names_by_language()):
        zone = zone if "/" in name else _present(zone, known)
        if name and zone in known:
            found.setdefault(_folded(name), []).append(zone)
    return {name: tuple(zones) for name, zones in found.items()}


def _names(known: set[str]) -> Iterator[tuple[str, str]]:
    for zone in sorted(known):
        yield zone, zone
        if not zone.startswith("Etc/"):
            yield _last_part(zone), zone
    for zone, cities in _NEIGHBOURS.items():
        for city in cities:
            yield city, zone


def _names_by_language() -> Iterator[tuple[str, str]]:
    large = set(get_global("windows_zone_mapping").values())
    for locale in LOCALES.values():
        for zone, names in locale.time_zones.items():
            yield names.get("city", ""), zone
        for territory, zones in get_global("territory_zones").items():
            own = locale.territories.get(territory, "")
            for zone in sorted(zones, key=lambda one: one not in large):
                for name in (own, *_COUNTRIES.get(territory, ())):
                    yield name, zone


def _present(zone: str, known: set[str]) -> str:
    """The name that a zone has today: ``Asia/Kolkata`` for ``Asia/Calcutta``."""
    now: str = get_global("zone_aliases").get(zone, zone)
    return now if now in known else zone


def _unlike(zones: Iterable[str]) -> list[str]:
    """Without those whose clocks go as those of one before do, all through a year."""
    found: dict[tuple[timedelta | None, ...], str] = {}
    year = datetime.now(UTC).year
    for zone in dict.fromkeys(zones):
        found.setdefault(_goes(zone, year), zone)
        if len(found) == MOST:
            break
    return list(found.values())


@cache
def _goes(zone: str, year: int) -> tuple[timedelta | None, ...]:
    """How far its clocks are from UTC, through a year."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    there = zone_of(zone)
    return tuple(
        (first + timedelta(days=days)).astimezone(there).utcoffset() for days in range(0, 365, 5)
    )


def _begins_a_word(said: str, name: str) -> bool:
    return said in name and "/" not in name and (name.startswith(said) or f" {said}" in name)


def _folded(text: str) -> str:
    """Without case, accents, and whatever stands between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (one for one in plain if not unicodedata.combining(one))
    words = "".join(one if one.isalnum() or one in "/+" else " " for one in letters)
    return " ".join(words.split())
