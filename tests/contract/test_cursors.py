import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.database import Database
from data.errors import FencedOut
from data.model import BlockRef, CoverageGap
from data.queries import chats, cursors, gaps, leases
from tests.contract.samples import NOW, a_chat, ref

LONG = timedelta(hours=1)


async def followed(database: Database, start: BlockRef, owner: str = "a") -> int:
    """A chain with a cursor and a lease; the epoch."""
    async with database.write() as connection:
        epoch = await leases.acquire(connection, start.chain, owner, LONG)
        await cursors.begin(connection, start)
    assert epoch is not None
    return epoch


async def test_a_cursor_begins_and_moves(database: Database) -> None:
    async with database.read() as connection:
        assert await cursors.get(connection, "ethereum") is None
        assert await cursors.recent(connection, "ethereum") == []
    epoch = await followed(database, ref(100))
    async with database.write() as connection:
        assert await cursors.get(connection, "ethereum") == ref(100)
        assert await cursors.move(connection, ref(100), ref(102), epoch)
        await cursors.remember(connection, [ref(101), ref(102)], keep=128)
    async with database.read() as connection:
        assert await cursors.get(connection, "ethereum") == ref(102)
        assert await cursors.recent(connection, "ethereum") == [ref(102), ref(101), ref(100)]
        told = await cursors.updated_at(connection)

    height, time, moved_at = told.pop("ethereum")
    assert (height, time, told) == (102, ref(102).time, {})
    assert abs(moved_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_cursor_that_is_there_stays_and_so_do_its_blocks(database: Database) -> None:
    epoch = await followed(database, ref(100))
    async with database.write() as connection:
        await cursors.move(connection, ref(100), ref(101), epoch)
        await cursors.remember(connection, [ref(101)], keep=128)
        await cursors.begin(connection, ref(500, fork=9))

        assert await cursors.get(connection, "ethereum") == ref(101)
        assert await cursors.recent(connection, "ethereum") == [ref(101), ref(100)]


async def test_a_wrong_epoch_moves_nothing(database: Database) -> None:
    epoch = await followed(database, ref(100))
    async with database.write() as connection:
        assert not await cursors.move(connection, ref(100), ref(101), epoch - 1)
        assert not await cursors.move(connection, ref(100), ref(101), epoch + 1)
        assert not await cursors.move(connection, ref(1, chain="bsc"), ref(2, chain="bsc"), epoch)
        assert await cursors.get(connection, "ethereum") == ref(100)


async def test_a_hash_that_moved_moves_nothing(database: Database) -> None:
    epoch = await followed(database, ref(100))
    async with database.write() as connection:
        assert not await cursors.move(connection, ref(100, fork=1), ref(101), epoch)
        assert await cursors.move(connection, ref(100), ref(101), epoch)
        assert not await cursors.move(connection, ref(100), ref(101), epoch)  # a second time


async def test_a_fenced_watcher_leaves_nothing_of_its_transaction(database: Database) -> None:
    stale = await followed(database, ref(100))
    async with database.write() as connection:
        await leases.give_up(connection, "ethereum", stale)
        await leases.acquire(connection, "ethereum", "b", LONG)

    async def step() -> None:
        async with database.write() as connection:
            await a_chat(connection, 1)
            await cursors.remember(connection, [ref(101)], keep=128)
            if not await cursors.move(connection, ref(100), ref(101), stale):
                raise FencedOut

    with pytest.raises(FencedOut):
        await step()

    async with database.read() as connection:
        assert await chats.get(connection, 1) is None
        assert await cursors.recent(connection, "ethereum") == [ref(100)]
        assert await cursors.get(connection, "ethereum") == ref(100)


async def test_of_watchers_at_once_one_moves_the_cursor(database: Database) -> None:
    epoch = await followed(database, ref(100))

    async def step(fork: int) -> bool:
        async with database.write() as connection:
            return await cursors.move(connection, ref(100), ref(101, fork=fork), epoch)

    moved = await asyncio.gather(*(step(fork) for fork in range(6)))

    assert sorted(moved) == [False] * 5 + [True]


async def test_a_takeover_waits_for_the_step_that_is_being_committed(database: Database) -> None:
    epoch = await followed(database, ref(100))
    async with database.write() as connection:
        await leases.renew(connection, "ethereum", epoch, timedelta(seconds=-1))
    moved = asyncio.Event()

    async def step() -> None:
        async with database.write() as connection:
            assert await cursors.move(connection, ref(100), ref(101), epoch)
            await cursors.remember(connection, [ref(101)], keep=128)
            moved.set()
            await asyncio.sleep(0.2)  # the other would come in between, if it could

    async def take_over() -> BlockRef | None:
        await moved.wait()
        async with database.write() as connection:
            assert await leases.acquire(connection, "ethereum", "b", LONG) == epoch + 1
            return await cursors.get(connection, "ethereum")

    _, seen = await asyncio.gather(step(), take_over())

    assert seen == ref(101)


async def test_a_branch_replaces_what_stood_at_its_heights_and_above(database: Database) -> None:
    await followed(database, ref(100))
    async with database.write() as connection:
        await cursors.remember(connection, [ref(n) for n in range(101, 106)], keep=128)
        branch = [ref(103, fork=1), ref(104, fork=1)]
        await cursors.remember(connection, branch, keep=128)
        recent = await cursors.recent(connection, "ethereum")

    assert recent == [*reversed(branch), ref(102), ref(101), ref(100)]


@pytest.mark.parametrize("steps", [1, 3, 10])
async def test_only_so_many_hashes_are_kept(database: Database, steps: int) -> None:
    await followed(database, ref(100))
    await followed(database, ref(7, chain="bsc"))
    async with database.write() as connection:
        for start in range(101, 131, steps):
            branch = [ref(n) for n in range(start, start + steps)]
            await cursors.remember(connection, branch, keep=4)
        recent = await cursors.recent(connection, "ethereum")
        elsewhere = await cursors.recent(connection, "bsc")

    assert [one.number for one in recent] == [recent[0].number - n for n in range(4)]
    assert elsewhere == [ref(7, chain="bsc")]


async def test_gaps_are_told_newest_first(database: Database) -> None:
    told = [
        CoverageGap("ethereum", n, n + 5, f"no node had it <{n}>", NOW + timedelta(hours=n))
        for n in range(5)
    ]
    async with database.write() as connection:
        for gap in told:
            await gaps.open_gap(connection, gap)
        await gaps.open_gap(connection, CoverageGap("bsc", 2**40, 2**41, "asleep", NOW))

        assert (
            await gaps.latest(connection, "ethereum", limit=3)
            == [replace(gap, id=number) for number, gap in reversed(list(enumerate(told, 1)))][:3]
        )
        assert len(await gaps.latest(connection, "bsc")) == 1


async def test_gaps_are_told_while_open_and_a_while_longer(database: Database) -> None:
    async with database.write() as connection:
        for first, closed in ((1, 30), (10, None), (20, 5), (30, None), (40, 10)):
            gap = await gaps.open_gap(
                connection, CoverageGap("ethereum", first, first + 1, "why", NOW)
            )
            if closed is not None:
                at = NOW - timedelta(hours=closed)
                assert await gaps.advance(connection, gap, first + 2, at)
        await gaps.open_gap(connection, CoverageGap("bsc", 50, 51, "why", NOW))

        day = NOW - timedelta(days=1)
        told = await gaps.open_or_closed_since(connection, "ethereum", day)
        fewer = await gaps.open_or_closed_since(connection, "ethereum", day, limit=1)

    assert [gap.first for gap in told] == [10, 30, 20, 40]
    assert [gap.first for gap in fewer] == [10, 30, 20]
