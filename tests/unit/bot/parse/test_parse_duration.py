"""Durations."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.duration import LONGEST, parse_duration
from data.errors import InputError


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1D", timedelta(days=1)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30min", timedelta(minutes=90)),
        ("1w", timedelta(weeks=1)),
        ("2 weeks", timedelta(weeks=2)),
        ("1 hour", timedelta(hours=1)),
        ("1 day 2 hrs 5 minutes", timedelta(days=1, hours=2, minutes=5)),
        ("365d", LONGEST),
    ],
)
def test_reads(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "0m", "h", "30", "-1h", "1h-30m", "1m1h", "366d", "999999w", "1e9h", "٣h", "1.5h", "nan"],
)
def test_refuses(text: str) -> None:
    with pytest.raises(InputError):
        parse_duration(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        assert timedelta() < parse_duration(text) <= LONGEST


@given(st.integers(0, 300), st.integers(0, 23), st.integers(1, 59))
def test_what_is_written_is_what_is_read(days: int, hours: int, minutes: int) -> None:
    expected = timedelta(days=days, hours=hours, minutes=minutes)

    assert parse_duration(f"{days}d{hours}h{minutes}m") == expected
