"""Coverage gaps: opened, joined, taken to pieces and closed."""

import asyncio
from datetime import timedelta

import pytest

from data.database import Database
from data.model import CoverageGap, Settled, UnverifiedBlock
from data.queries import cursors, gaps, leases

from .samples import NOW, ref


def gap(first: int, last: int, *, partial: bool = False, chain: str = "ethereum") -> CoverageGap:
    return CoverageGap(chain, first, last, "why", NOW, partial=partial)


async def open_blocks(database: Database) -> list[tuple[int, int]]:
    async with database.read() as connection:
        return [(one.next, one.last) for one in await gaps.still_open(connection, "ethereum")]


async def test_what_adjoins_or_overlaps_is_one_gap(database: Database) -> None:
    async with database.write() as connection:
        first = await gaps.record(connection, gap(10, 12))
        joined = await gaps.record(connection, gap(13, 15))
        overlapping = await gaps.record(connection, gap(14, 20))
        within = await gaps.record(connection, gap(11, 12))

    assert first.id == joined.id == overlapping.id == within.id
    assert joined.last == 15
    assert await open_blocks(database) == [(10, 20)]


async def test_what_is_apart_or_of_another_kind_is_a_gap_of_its_own(database: Database) -> None:
    async with database.write() as connection:
        await gaps.record(connection, gap(10, 12))
        await gaps.record(connection, gap(14, 15))
        await gaps.record(connection, gap(13, 13, partial=True))
        await gaps.record(connection, gap(13, 13, chain="bsc"))

    assert await open_blocks(database) == [(10, 12), (14, 15), (13, 13)]


async def test_a_gap_is_advanced_once_and_closed_past_its_end(database: Database) -> None:
    async with database.write() as connection:
        opened = await gaps.open_gap(connection, gap(10, 20))
        assert await gaps.advance(connection, opened, 15, NOW)
        assert not await gaps.advance(connection, opened, 15, NOW)
        (moved,) = await gaps.still_open(connection, "ethereum")
        assert (moved.first, moved.next) == (10, 15)
        assert await gaps.advance(connection, moved, 21, NOW + timedelta(hours=1))
        (closed,) = await gaps.latest(connection, "ethereum")
        assert closed.closed_at == NOW + timedelta(hours=1)
    assert await open_blocks(database) == []


async def test_a_gap_that_grew_while_it_was_filled_is_not_closed(database: Database) -> None:
    async with database.write() as connection:
        as_it_was = await gaps.open_gap(connection, gap(10, 12))
    async with database.write() as connection:
        await gaps.record(connection, gap(13, 14))
    async with database.write() as connection:
        assert await gaps.advance(connection, as_it_was, 13, NOW)
    assert await open_blocks(database) == [(13, 14)]


async def test_what_adjoins_a_gap_that_is_just_being_closed_is_recorded_all_the_same(
    database: Database,
) -> None:
    async with database.write() as connection:
        opened = await gaps.open_gap(connection, gap(10, 12))

    async def record() -> None:
        async with database.write() as connection:
            await gaps.record(connection, gap(13, 14))

    async with database.write() as connection:
        assert await gaps.advance(connection, opened, 13, NOW)
        recording = asyncio.ensure_future(record())
        await asyncio.wait([recording], timeout=0.2)  # it gets as far as it can
    async with asyncio.timeout(10):
        await recording

    assert await open_blocks(database) == [(13, 14)]


@pytest.mark.parametrize(
    ("first", "last", "left"),
    [
        (10, 20, []),
        (5, 30, []),
        (5, 14, [(15, 20)]),
        (15, 25, [(10, 14)]),
        (14, 15, [(10, 13), (16, 20)]),
        (1, 9, [(10, 20)]),
        (21, 30, [(10, 20)]),
    ],
)
async def test_what_was_seen_after_all_is_no_gap_any_more(
    database: Database, first: int, last: int, left: list[tuple[int, int]]
) -> None:
    async with database.write() as connection:
        await gaps.open_gap(connection, gap(10, 20))
        await gaps.cover(connection, "bsc", first, last, NOW)
        await gaps.cover(connection, "ethereum", first, last, NOW)
    assert await open_blocks(database) == left


async def test_a_gap_is_split_unless_it_moved_meanwhile(database: Database) -> None:
    async with database.write() as connection:
        opened = await gaps.open_gap(connection, gap(10, 20))
        await gaps.split(connection, opened, 11)
        await gaps.split(connection, opened, 12)
    assert await open_blocks(database) == [(10, 10), (11, 20)]


async def test_an_unverified_block_is_noted_once(database: Database) -> None:
    doubted = UnverifiedBlock("ethereum", 7, b"\x07" * 32, "the bloom is another", NOW)
    async with database.write() as connection:
        for _ in range(2):
            await gaps.note_unverified(connection, doubted)
        assert await gaps.count_unverified(connection, "ethereum", NOW) == 1


async def test_what_is_settled_never_goes_back_unless_it_is_unlatched(database: Database) -> None:
    async with database.write() as connection:
        assert not await cursors.unlatch(connection, "ethereum")
        await cursors.begin(connection, ref(100))
        await cursors.settle(connection, "ethereum", Settled(90, 80))
        await cursors.settle(connection, "ethereum", Settled(85, None))
        assert await cursors.settled(connection, "ethereum") == Settled(90, 80)
        assert await cursors.unlatch(connection, "ethereum")
        assert await cursors.settled(connection, "ethereum") == Settled(None, None)


async def test_a_branch_above_a_gap_forgets_what_stood_above_its_ancestor(
    database: Database,
) -> None:
    async with database.write() as connection:
        await cursors.begin(connection, ref(100))
        await cursors.remember(connection, [ref(n) for n in range(101, 106)], keep=128)
        await cursors.remember(connection, [ref(104), ref(105)], keep=128, above=101)
        kept = [one.number for one in await cursors.recent(connection, "ethereum")]
    assert kept == [105, 104, 101, 100]


async def test_a_chain_is_held_under_its_last_epoch_alone(database: Database) -> None:
    async with database.write() as connection:
        assert not await leases.holds(connection, "ethereum", 1)
        for _ in range(2):
            epoch = await leases.acquire(connection, "ethereum", "me", timedelta(seconds=9))
        assert epoch == 2
        assert await leases.holds(connection, "ethereum", 2)
        assert not await leases.holds(connection, "ethereum", 1)


async def test_at_the_newest_block_nothing_above_is_missing(database: Database) -> None:
    # given a gap below, one across, and one above the newest block
    async with database.write() as connection:
        for first, last in ((10, 20), (95, 10**9), (2 * 10**9, 3 * 10**9)):
            await gaps.open_gap(connection, CoverageGap("ethereum", first, last, "told", NOW))

        # when the head is followed at block 100
        await gaps.end_above(connection, "ethereum", 100, NOW)

        # then what is below is missing still, and nothing else
        left = await gaps.still_open(connection, "ethereum")
    assert [(gap.first, gap.last) for gap in left] == [(10, 20), (95, 100)]
