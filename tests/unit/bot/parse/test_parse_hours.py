"""Hours, times and zones as people write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hours.clock import zone_of
from bot.parse import zone as zones
from bot.parse.hours import Digests, Hours, is_off, parse_digests, parse_hours, parse_time
from bot.parse.zone import MOST, zones_called
from data.errors import InputError
from data.model import DigestEvery

NIGHT = (23 * 60, 7 * 60)


@pytest.mark.parametrize(
    "text",
    [
        "23:00-07:00",
        "23-7",
        "11pm-7am",
        "11 PM – 7 a.m.",
        "23.00—7.00",
        "from 23 to 7",
        "23h00-7",
        "From 23 TO 7",
    ],
)
def test_hours_are_read_however_they_are_written(text: str) -> None:
    assert parse_hours(text) == Hours(*NIGHT, None, None)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("23-7 Europe/Berlin", (None, "Europe/Berlin")),
        ("23-7 10x", (10, None)),
        ("23:00-07:00 100x New York", (100, "New York")),
        ("11pm-7am São Paulo 10×", (10, "São Paulo")),
        ("23-7 UTC+3", (None, "UTC+3")),
    ],
)
def test_what_stands_behind_them_is_read_too(text: str, rest: tuple[int | None, str]) -> None:
    assert parse_hours(text) == Hours(*NIGHT, *rest)


@pytest.mark.parametrize(
    "text",
    ["", "23", "23-", "x-y", "25-7", "23:60-7", "24:30-7", "13pm-7", "0am-5", "7-7", "0-24",
     "23:00-07:00Berlin", "23-7 0x", "23-7 9999999x", "2300-0700"],
)  # fmt: skip
def test_what_are_no_hours_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InputError):
        parse_hours(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("daily 08:00", Digests(DigestEvery.DAY, 480, None, None)),
        ("daily at 8am Berlin", Digests(DigestEvery.DAY, 480, None, "Berlin")),
        ("daily", Digests(DigestEvery.DAY, None, None, None)),
        ("8:30", Digests(DigestEvery.DAY, 510, None, None)),
        ("Hourly 10x", Digests(DigestEvery.HOUR, None, 10, None)),
        ("off", Digests(DigestEvery.OFF, None, None, None)),
    ],
)
def test_digests_are_read(text: str, meant: Digests) -> None:
    assert parse_digests(text) == meant


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for parse in (parse_hours, parse_digests, parse_time):
        with suppress(InputError):
            assert parse(text) is not None
    assert len(zones_called(text)) <= MOST
    assert isinstance(is_off(text), bool)


@given(begins=st.integers(0, 1439), ends=st.integers(0, 1439))
def test_every_minute_comes_back(begins: int, ends: int) -> None:
    if begins == ends:
        return
    text = f"{begins // 60}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"

    assert parse_hours(text) == Hours(begins, ends, None, None)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("York", "America/New_York"),
        ("NYC", "America/New_York"),
        ("Берлин", "Europe/Berlin"),
        ("北京", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("Ciudad de México", "America/Mexico_City"),
        ("munchen", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("Germany", "Europe/Berlin"),
        ("Германия", "Europe/Berlin"),
        ("Calcutta", "Asia/Kolkata"),
        ("CET", "Europe/Berlin"),
        ("msk", "Europe/Moscow"),
        ("utc", "UTC"),
        ("GMT+0", "UTC"),
        ("UTC+3", "+0300"),
        ("+5:30", "+0530"),
        ("gmt-11", "-1100"),
        ("+0300", "+0300"),
    ],
)
def test_a_place_is_known_by_many_names(text: str, zone: str) -> None:
    assert zones_called(text) == [zone]


@pytest.mark.parametrize(
    "text", ["", "zz", "utc+15", "utc-13", "UTC+3:17", "Mordor", "x" * 500, "/", "a/b"]
)
def test_what_nobody_is_called_is_no_place(text: str) -> None:
    assert zones_called(text) == []


@pytest.mark.parametrize("text", ["cst", "ist", "est", "usa", "Россия", "san", "中国"])
def test_where_several_are_called_so_they_are_offered(text: str) -> None:
    found = zones_called(text)

    assert 1 < len(found) <= MOST
    assert len(set(found)) == len(found)
    assert {"cst": "America/Chicago", "ist": "Asia/Kolkata"}.get(text, found[0]) == found[0]


def test_every_zone_that_is_offered_can_be_chosen_and_exists() -> None:
    for names in zones._by_name().values():
        for zone in names:
            assert zones_called(zone) == [zone]
            assert str(zone_of(zone)) == zone


def test_abbreviations_are_what_the_clocks_there_are_called() -> None:
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7)]
    russian = {"мск": "msk"}
    for short, places in zones._ABBREVIATIONS.items():
        for place in places:
            names = {day.astimezone(ZoneInfo(place)).tzname() for day in days}
            assert russian.get(short, short).upper() in names, (short, place)


def test_neighbours_live_by_clocks_that_there_are() -> None:
    assert set(zones._NEIGHBOURS) <= available_timezones()
