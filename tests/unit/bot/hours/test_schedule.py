"""When a chat may be woken, also in the nights in which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hours.schedule import is_quiet, moment_of, next_hour, next_time, quiet_until, told_at
from data.model import DigestEvery, Quiet
from tests.unit.bot.delivery.alerts import chat

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(23 * 60, 7 * 60)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Havana",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "UTC",
]
moments = st.integers(0, 2 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
minutes = st.integers(0, 24 * 60 - 1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-10 21:59:59", None),
        ("2026-01-10 22:00:00", "2026-01-11 06:00:00"),
        ("2026-01-11 05:59:59", "2026-01-11 06:00:00"),
        ("2026-01-11 06:00:00", None),
        # clocks are put forward at 01:00 UTC of the 29th of March: the night has seven hours
        ("2026-03-28 21:59:59", None),
        ("2026-03-28 22:00:00", "2026-03-29 05:00:00"),
        ("2026-03-29 04:59:59", "2026-03-29 05:00:00"),
        ("2026-03-29 05:00:00", None),
        ("2026-03-29 21:00:00", "2026-03-30 05:00:00"),
        # and back at 01:00 UTC of the 25th of October: it has nine
        ("2026-10-24 20:59:59", None),
        ("2026-10-24 21:00:00", "2026-10-25 06:00:00"),
        ("2026-10-25 05:59:59", "2026-10-25 06:00:00"),
        ("2026-10-25 06:00:00", None),
        ("2026-10-25 21:59:59", None),
        ("2026-10-25 22:00:00", "2026-10-26 06:00:00"),
    ],
)
def test_a_night_from_eleven_to_seven_across_both_changes(now: str, until: str | None) -> None:
    found = quiet_until(NIGHT, BERLIN, utc(now))

    assert found == (None if until is None else utc(until))


def test_hours_that_end_at_a_time_that_does_not_exist_end_where_it_is_skipped() -> None:
    until_half_past_two = Quiet(23 * 60, 2 * 60 + 30)

    assert quiet_until(until_half_past_two, BERLIN, utc("2026-03-29 00:59")) == utc(
        "2026-03-29 01:00"
    )
    assert quiet_until(until_half_past_two, BERLIN, utc("2026-03-29 01:00")) is None


def test_hours_that_end_at_a_time_that_comes_twice_end_with_the_second() -> None:
    until_half_past_two = Quiet(23 * 60, 2 * 60 + 30)

    assert quiet_until(until_half_past_two, BERLIN, utc("2026-10-25 00:45")) == utc(
        "2026-10-25 01:30"
    )
    assert quiet_until(until_half_past_two, BERLIN, utc("2026-10-25 01:30")) is None


def test_hours_that_begin_at_a_time_that_comes_twice_begin_with_the_first() -> None:
    from_half_past_two = Quiet(2 * 60 + 30, 7 * 60)

    assert quiet_until(from_half_past_two, BERLIN, utc("2026-10-25 00:29")) is None
    assert quiet_until(from_half_past_two, BERLIN, utc("2026-10-25 01:15")) == utc(
        "2026-10-25 06:00"
    )


def test_hours_that_lie_between_skipped_ones_are_none_that_night() -> None:
    assert quiet_until(Quiet(2 * 60, 3 * 60), BERLIN, utc("2026-03-29 01:00")) is None


def test_a_daily_digest_at_a_time_that_does_not_exist_comes_where_it_is_skipped() -> None:
    at = 2 * 60 + 30

    assert next_time(at, BERLIN, utc("2026-03-28 12:00")) == utc("2026-03-29 01:00")
    assert next_time(at, BERLIN, utc("2026-03-29 01:00")) == utc("2026-03-30 00:30")


def test_a_daily_digest_at_a_time_that_comes_twice_comes_once() -> None:
    at = 2 * 60 + 30

    assert next_time(at, BERLIN, utc("2026-10-24 12:00")) == utc("2026-10-25 00:30")
    assert next_time(at, BERLIN, utc("2026-10-25 00:30")) == utc("2026-10-26 01:30")


def test_an_hour_begins_where_the_chats_clocks_say_so() -> None:
    assert next_hour(ZoneInfo("Asia/Kolkata"), utc("2026-01-10 10:10")) == utc("2026-01-10 10:30")
    assert next_hour(BERLIN, utc("2026-01-10 10:00")) == utc("2026-01-10 11:00")


def test_a_day_that_is_skipped_as_a_whole_is_no_trouble() -> None:
    # Samoa went over the date line: it had no 30th of December 2011
    assert moment_of(date(2011, 12, 30), 150, ZoneInfo("Pacific/Apia")) == utc("2011-12-30 10:00")


def test_a_digest_that_is_due_in_quiet_hours_comes_at_their_end() -> None:
    hourly = chat(quiet=NIGHT, digest=DigestEvery.HOUR)
    nightly = chat(quiet=NIGHT, digest=DigestEvery.DAY, digest_at=3 * 60)

    assert told_at(hourly, utc("2026-01-10 21:15")) == utc("2026-01-10 22:00")
    assert told_at(hourly, utc("2026-01-10 22:15")) == utc("2026-01-11 07:00")
    assert told_at(nightly, utc("2026-01-10 12:00")) == utc("2026-01-11 07:00")


def test_without_quiet_hours_and_digests_everything_is_told_at_once() -> None:
    assert told_at(chat(), utc("2026-01-10 03:00")) is None
    assert told_at(chat(quiet=NIGHT), utc("2026-01-10 12:00")) is None
    assert told_at(chat(digest=DigestEvery.DAY), utc("2026-01-10 07:59")) == utc("2026-01-10 08:00")


@given(now=moments, begins=minutes, ends=minutes, zone=st.sampled_from(ZONES))
def test_quiet_hours_always_end_within_a_day_and_are_over_then(now, begins, ends, zone) -> None:
    if begins == ends:
        return
    quiet = Quiet(begins, ends)
    until = quiet_until(quiet, ZoneInfo(zone), now)

    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        # unless the next ones begin a moment later, because clocks are put back
        after = quiet_until(quiet, ZoneInfo(zone), until)
        assert after is None or abs(ends - begins) <= 60 or abs(ends - begins) >= 23 * 60


@given(now=moments, at=minutes, zone=st.sampled_from(ZONES))
def test_every_day_has_one_digest(now, at, zone) -> None:
    first = next_time(at, ZoneInfo(zone), now)
    second = next_time(at, ZoneInfo(zone), first)

    assert now < first <= now + timedelta(hours=26)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)
    assert first.astimezone(ZoneInfo(zone)).date() != second.astimezone(ZoneInfo(zone)).date()


@given(now=moments, begins=minutes, ends=minutes, zone=st.sampled_from(ZONES),
       every=st.sampled_from(DigestEvery))  # fmt: skip
def test_nothing_is_told_later_than_within_two_days_nor_in_quiet_hours(
    now, begins, ends, zone, every
) -> None:
    length = abs(begins - ends)
    quiet = Quiet(begins, ends) if 60 < length < 23 * 60 else None
    one = chat(quiet=quiet, digest=every, time_zone=zone)
    at = told_at(one, now)

    assert at is None or now < at <= now + timedelta(days=2)
    assert not is_quiet(one, at or now)
