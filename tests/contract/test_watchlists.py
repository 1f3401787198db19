"""A chat's watches as a list, and those that are taken off it for a while."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from data.columns import MAX_AMOUNT
from data.database import Database
from data.model import Direction, Interest, Scope, UnitThreshold, Unpriced, UsdThreshold
from data.queries import removed, watches, watchlists
from tests.contract.samples import NOW, USDC, a_chat, address


async def test_what_was_removed_comes_back_as_it_was(database: Database) -> None:
    units = UnitThreshold(Decimal("50.5"), "ETH", {("ethereum", None): MAX_AMOUNT})
    scope = Scope(
        Interest.SWAP | Interest.NFT,
        frozenset({("bsc", USDC)}),
        frozenset({("ethereum", None)}),
        frozenset({"base"}),
    )
    async with database.write() as connection:
        await a_chat(connection)
        made = [
            await watches.add(
                connection,
                1,
                now=NOW,
                topic_id=7,
                address=address(1),
                threshold=threshold,
                direction=Direction.OUT,
                label="“Großmutter” \N{WHALE}",
                scope=scope,
            )
            for threshold in (units, UsdThreshold(Decimal("0.000001")), None)
        ]
        made.append(await watches.add(connection, 1, now=NOW, chain="ethereum"))
        await watches.mute(connection, made[0].id, NOW + timedelta(microseconds=1))
        await watches.set_unpriced(connection, 1, 1, Unpriced.TELL)
    async with database.read() as connection:
        before = await watches.of_chat(connection, 1)
    async with database.write() as connection:
        records = [await removed.take(connection, watch.id) for watch in made]
        left = await watchlists.count(connection, 1)
        again = await removed.take(connection, made[0].id)
    async with database.write() as connection:
        back = [await removed.put_back(connection, record) for record in records if record]
        twice = await removed.put_back(connection, records[0] or "")
    async with database.read() as connection:
        after = await watches.of_chat(connection, 1)

    assert (left, again, twice) == (0, None, None)
    assert back == before
    assert after == before


async def test_who_comes_back_to_a_taken_number_gets_the_next(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        first = await watches.add(connection, 1, now=NOW, address=address(1))
        record = await removed.take(connection, first.id)
        second = await watches.add(connection, 1, now=NOW, address=address(2))
        assert record is not None
        back = await removed.put_back(connection, record)

    assert (first.number, second.number) == (1, 1)
    assert back is not None
    assert (back.id, back.number) == (first.id, 2)


async def test_no_watch_takes_the_id_of_one_that_was_removed(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        ids = []
        for number in range(3):
            made = await watches.add(connection, 1, now=NOW, address=address(number))
            ids.append(made.id)
            await watches.remove(connection, made.id)

    assert len(set(ids)) == 3


async def test_a_list_is_read_in_pages_by_address_and_by_topic(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        made = [
            await watches.add(
                connection, 1, now=NOW, topic_id=number % 2, address=address(number % 3)
            )
            for number in range(10)
        ]
        await watches.add(connection, 2, now=NOW, address=address(0))
        await watches.remove(connection, made[4].id)
    ids = [watch.id for watch in made if watch != made[4]]
    async with database.read() as connection:
        pages = [await watchlists.ids_of_page(connection, 1, first, 4) for first in (0, 4, 8, 12)]
        before = await watchlists.below(connection, 1, made[6].number)
        on = await watchlists.ids_on(connection, 1, address(0))
        topics = await watchlists.topics(connection, 1)
        counted = await watchlists.count(connection, 1)
        nobody = await watchlists.next_number(connection, 3)

    assert pages == [ids[:4], ids[4:8], ids[8:], []]
    assert (before, counted, nobody) == (5, 9, 1)
    assert on == [made[0].id, made[3].id, made[6].id, made[9].id]
    assert topics == {0: 1, 1: 2}


async def test_who_holds_a_list_adds_to_it_alone(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)

    async def add_unless_full(number: int) -> bool:
        async with database.write() as connection:
            await watchlists.hold(connection, 1)
            if await watchlists.count(connection, 1) >= 3:
                return False
            await watches.add(connection, 1, now=NOW, address=address(number))
            return True

    added = await asyncio.gather(*(add_unless_full(number) for number in range(8)))

    assert sum(added) == 3
    async with database.read() as connection:
        assert await watchlists.count(connection, 1) == 3
