"""How much of the last day there is, and what of it is missing most."""

from __future__ import annotations

from datetime import datetime, timedelta

from data.chains import known_chains
from data.model import CoverageGap
from data.rehearsal.history import DAY, History, Reading, of_readings
from tests.unit.watcher.examples import NOON

ETHEREUM, BSC = (known_chains()[name] for name in ("ethereum", "bsc"))
HOUR = timedelta(hours=1)


def reading(*gaps: CoverageGap, hours: float = 100, time: datetime = NOON) -> Reading:
    return Reading(ETHEREUM, NOON - hours * HOUR, 10_000, time, gaps)


def gap(first: int, last: int, *, filled_to: int = -1, partial: bool = False) -> CoverageGap:
    return CoverageGap("ethereum", first, last, "", NOON, next=filled_to, partial=partial)


def test_a_day_that_was_read_lacks_nothing() -> None:
    assert of_readings([reading()], [], NOON) == History(DAY)


def test_a_watcher_that_has_just_begun_has_a_short_history() -> None:
    assert of_readings([reading(hours=3)], [], NOON) == History(3 * HOUR)
    assert of_readings([], [ETHEREUM], NOON) == History(timedelta())
    assert of_readings([], [], NOON) == History(timedelta())


def test_a_chain_that_was_begun_later_lacks_what_came_before() -> None:
    later = Reading(BSC, NOON - 2 * HOUR, 10_000, NOON, ())
    assert of_readings([reading(), later], [], NOON) == History(DAY, 22 * HOUR, BSC)
    assert of_readings([reading()], [BSC], NOON) == History(DAY, DAY, BSC)


def test_blocks_that_were_not_read_are_missing_as_long_as_nobody_reads_them() -> None:
    # 300 blocks of 12 s are an hour
    found = of_readings([reading(gap(9_001, 9_300))], [], NOON)
    assert found == History(DAY, HOUR, ETHEREUM)
    half = of_readings([reading(gap(9_001, 9_300, filled_to=9_151))], [], NOON)
    assert half.missing == HOUR / 2
    assert of_readings([reading(gap(9_001, 9_300, partial=True))], [], NOON).chain is None


def test_what_was_missed_before_the_day_is_not_counted() -> None:
    # 7,200 blocks ago the day began
    assert of_readings([reading(gap(1, 2_500))], [], NOON).chain is None
    assert of_readings([reading(gap(1, 3_099))], [], NOON).missing == timedelta(hours=1)


def test_a_chain_that_is_behind_lacks_its_newest_blocks() -> None:
    found = of_readings([reading(time=NOON - HOUR)], [], NOON)
    assert found == History(DAY, HOUR, ETHEREUM)
    assert of_readings([reading(time=NOON - timedelta(seconds=30))], [], NOON) == History(DAY)
