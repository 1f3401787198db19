"""Times as the chat's clocks show them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.delivery.render import moment, span
from bot.hours.clock import clock_words, keep_time, keeping_time, local, zone_of
from bot.languages import speaking
from bot.texts.words import time_words
from data.model import Language

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (None, "12:00 UTC"),
        ("UTC", "12:00 UTC"),
        ("Europe/Berlin", "13:00 CET"),
        ("America/New_York", "07:00 EST"),
        ("Europe/Istanbul", "15:00 UTC+3"),
        ("America/Sao_Paulo", "09:00 UTC−3"),
        ("+0530", "17:30 UTC+5:30"),
        ("-0330", "08:30 UTC−3:30"),
        ("No/Such_Zone", "12:00 UTC"),
        ("../../etc/passwd", "12:00 UTC"),
    ],
)
def test_a_time_says_whose_it_is(zone: str | None, words: str) -> None:
    with keeping_time(zone):
        assert clock_words(NOON) == words


def test_a_day_is_the_chats_own() -> None:
    evening = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    with keeping_time("Europe/Berlin"):
        assert time_words(evening, evening) == "00:30 CET"
        assert time_words(NOON, evening) == "21 Nov, 13:00 CET"
        assert moment(evening, evening) == "22 Nov 00:30 CET"


def test_a_span_names_its_zone_once_and_both_where_the_clocks_changed() -> None:
    first, later = datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)
    with keeping_time("Europe/Berlin"):
        assert span(NOON, NOON.replace(hour=14), NOON) == "21 Nov 13:00 – 15:00 CET"
        assert span(NOON, NOON, NOON) == "21 Nov 13:00 CET"
        assert span(first, later, NOON) == "24 Oct 22:00 CEST – 25 Oct 07:00 CET"


def test_the_zone_is_the_tasks_own() -> None:
    async def keeps(zone: str) -> str:
        keep_time(zone)
        await asyncio.sleep(0)
        return clock_words(NOON)

    async def both() -> list[str]:
        return list(await asyncio.gather(keeps("Europe/Berlin"), keeps("Asia/Tokyo")))

    assert asyncio.run(both()) == ["13:00 CET", "21:00 JST"]
    assert local(NOON).tzinfo == UTC


def test_other_languages_say_how_far_it_is_from_utc() -> None:
    for language in set(Language) - {Language.ENGLISH}:
        with speaking(language), keeping_time("Asia/Tokyo"):
            assert time_words(NOON, NOON) == "21:00 UTC+9"


def test_offsets_that_no_clock_has_are_none() -> None:
    assert zone_of("+0517") == UTC
