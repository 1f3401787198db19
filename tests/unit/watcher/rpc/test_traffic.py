"""Bytes of the last 24 hours."""

from __future__ import annotations

import pytest

from watcher.rpc.traffic import Traffic

HOUR = 3600.0


def test_less_than_a_day_is_projected() -> None:
    traffic = Traffic(begun=1000.0)
    traffic.received(100, 1000.0)
    traffic.received(200, 1000.0 + HOUR)

    assert traffic.per_day(1000.0 + 2 * HOUR) == 300 * 12
    assert traffic.per_day(1001.0) >= 300, "a second is not projected as such"


@pytest.mark.parametrize("into_the_hour", [0.0, 0.25, 0.9])
def test_a_steady_flow_is_told_as_it_is_for_ever(into_the_hour: float) -> None:
    # given a kilobyte a minute for three days
    traffic, begun = Traffic(begun=0.0), 0
    for minute in range(3 * 24 * 60 + int(into_the_hour * 60)):
        traffic.received(1000, minute * 60.0)
        begun = minute

    assert traffic.per_day(begun * 60.0 + 60.0) == pytest.approx(24 * 60 * 1000, rel=0.001)


def test_what_is_older_than_a_day_no_longer_counts() -> None:
    traffic = Traffic(begun=0.0)
    traffic.received(10**9, 0.0)

    assert traffic.per_day(26 * HOUR) == 0
