"""When a rollup's sequencer counts as up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.evm.sequencer import GRACE_PERIOD, is_up

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)


def a_round(answer: int, started: int) -> bytes:
    return b"".join(word.to_bytes(32) for word in (1, answer, started, started, 1))


@pytest.mark.parametrize(
    ("answer", "since", "up"),
    [
        (0, LONG_AGO, True),
        (1, LONG_AGO, False),
        (2, LONG_AGO, False),
        (0, NOW - GRACE_PERIOD, False),
        (0, NOW - GRACE_PERIOD - timedelta(seconds=1), True),
        (0, NOW + timedelta(seconds=5), False),
    ],
)
def test_it_is_up_when_it_has_been_so_for_an_hour(answer: int, since: datetime, up: bool) -> None:
    assert is_up(a_round(answer, int(since.timestamp())), NOW) is up


@pytest.mark.parametrize("started", [0, 2**35, 2**255])
def test_a_feed_that_does_not_know_since_when_is_not_believed(started: int) -> None:
    assert not is_up(a_round(0, started), NOW)


@given(st.none() | st.binary(max_size=200) | st.binary(min_size=160, max_size=160))
def test_whatever_the_feed_answers_nothing_is_raised(data: bytes | None) -> None:
    assert is_up(data, NOW) in (True, False)
