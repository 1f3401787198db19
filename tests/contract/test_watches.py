import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from data.columns import MAX_AMOUNT
from data.database import Database
from data.model import (
    EVERYTHING,
    ChatState,
    Direction,
    Interest,
    Scope,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
)
from data.queries import chats, watches
from data.tables import watches as table
from tests.contract.samples import DEFAULT, NOW, USDC, a_chat, address


async def test_a_watch_comes_back_as_it_was_made(database: Database) -> None:
    units = UnitThreshold(
        Decimal("50.5"),
        "ETH",
        {("ethereum", None): MAX_AMOUNT, ("bsc", USDC): 2**70},
    )
    async with database.write() as connection:
        await a_chat(connection)
        made = await watches.add(
            connection,
            1,
            now=NOW,
            topic_id=7,
            chain="ethereum",
            address=address(1),
            threshold=units,
            direction=Direction.IN,
            label="Großmutter \N{WHALE}",
        )
        await watches.mute(connection, made.id, NOW + timedelta(days=1))
    async with database.read() as connection:
        (read,) = await watches.of_chat(connection, 1)
        found = await watches.by_ids(connection, [made.id, made.id + 1])

    assert (made.number, made.threshold, made.label) == (1, units, "Großmutter \N{WHALE}")
    assert (read.topic_id, read.chain, read.address) == (7, "ethereum", address(1))
    assert (read.direction, read.created_at) == (Direction.IN, NOW)
    assert read.muted_until == NOW + timedelta(days=1)
    assert read.threshold == units
    assert not read.is_feed
    assert found == {made.id: read}


async def test_a_watch_changes_and_goes(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        made = await watches.add(connection, 1, now=NOW, address=address(1))
        await watches.set_threshold(connection, made.id, UsdThreshold(Decimal("1.5")))
        await watches.set_label(connection, made.id, "mine")
        (priced,) = await watches.of_chat(connection, 1)
        units = UnitThreshold(Decimal(1), "ETH", {("ethereum", None): 10**18})
        await watches.set_threshold(connection, made.id, units)
        (counted,) = await watches.of_chat(connection, 1)
        await watches.set_threshold(connection, made.id, None)
        (default,) = await watches.of_chat(connection, 1)
        went = await watches.remove(connection, made.id)
        again = await watches.remove(connection, made.id)
        left = await watches.count(connection)

    assert (priced.threshold, priced.label) == (UsdThreshold(Decimal("1.5")), "mine")
    assert counted.threshold == units
    assert default.threshold is None
    assert (went, again, left) == (True, False, 0)


async def test_what_a_watch_does_about_unpriced_movements_is_set_by_its_number(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await watches.add(connection, 1, now=NOW, address=address(1))
        made = await watches.add(connection, 1, now=NOW, address=address(2))
        told = await watches.set_unpriced(connection, 1, made.number, Unpriced.TELL)
        other, again = await watches.of_chat(connection, 1)
        missing = await watches.set_unpriced(connection, 1, 9, Unpriced.TELL)
        foreign = await watches.set_unpriced(connection, 2, made.number, Unpriced.IGNORE)

    assert told == again == replace(made, unpriced=Unpriced.TELL)
    assert other.unpriced is made.unpriced is Unpriced.IGNORE
    assert missing is foreign is None


async def test_numbers_go_on_above_the_chats_highest(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        made = [await watches.add(connection, 1, now=NOW, address=address(i)) for i in range(3)]
        await watches.remove(connection, made[1].id)
        fourth = await watches.add(connection, 1, now=NOW, address=address(9))
        others = await watches.add(connection, 2, now=NOW, address=address(9))
        listed = await watches.of_chat(connection, 1)

    assert [watch.number for watch in made] == [1, 2, 3]
    assert (fourth.number, others.number) == (4, 1)
    assert [watch.number for watch in listed] == [1, 3, 4]


async def test_watches_made_at_once_get_numbers_of_their_own(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)

    async def add(value: int) -> int:
        async with database.write() as connection:
            made = await watches.add(connection, 1, now=NOW, address=address(value))
            return made.number

    numbers = await asyncio.gather(*(add(value) for value in range(12)))

    assert sorted(numbers) == list(range(1, 13))


async def test_a_watch_needs_a_chat_that_was_met(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await watches.add(connection, 404, now=NOW, address=address(1))


async def test_a_chats_default_fills_in_for_a_missing_threshold(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await watches.add(connection, 1, now=NOW, address=address(1))
        own = UsdThreshold(Decimal(5))
        await watches.add(connection, 1, now=NOW, address=address(2), threshold=own)
        found = await watches.on_addresses(connection, "ethereum", [address(1), address(2)])

    assert {watch.number: watch.threshold for watch in found} == {1: UsdThreshold(DEFAULT), 2: own}


async def test_watches_of_this_chain_and_of_any_chain_are_found(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        for chain in ("ethereum", None, "bsc"):
            await watches.add(connection, 1, now=NOW, address=address(1), chain=chain)
        await watches.add(connection, 1, now=NOW, address=address(2))
        await watches.add(connection, 1, now=NOW, chain="ethereum")  # a feed
        on_ethereum = await watches.on_addresses(connection, "ethereum", [address(1)])
        on_bsc = await watches.on_addresses(connection, "bsc", [address(1), address(3)])
        on_nothing = await watches.on_addresses(connection, "bsc", [])
        some = [address(number) for number in (1, 2, 3)]
        watched = await watches.watched(connection, "ethereum", some)
        assert await watches.watched(connection, "ethereum", []) == set()

    assert sorted(watch.number for watch in on_ethereum) == [1, 2]
    assert sorted(watch.number for watch in on_bsc) == [2, 3]
    assert on_nothing == []
    assert watched == {address(1), address(2)}


@pytest.mark.parametrize("state", [ChatState.BLOCKED, ChatState.KICKED, ChatState.GONE])
async def test_chats_that_cannot_be_reached_are_not_looked_at(
    database: Database, state: ChatState
) -> None:
    units = UnitThreshold(Decimal(1), "ETH", {("ethereum", None): 10**18})
    async with database.write() as connection:
        await a_chat(connection)
        await watches.add(connection, 1, now=NOW, address=address(1))
        await watches.add(connection, 1, now=NOW, chain="ethereum", threshold=units)
        await chats.set_state(connection, 1, state, None)

        assert await watches.on_addresses(connection, "ethereum", [address(1)]) == []
        assert await watches.picky_feeds(connection, "ethereum") == []
        assert len(await watches.of_chat(connection, 1)) == 2


async def test_ten_thousand_addresses_are_looked_up_at_once(database: Database) -> None:
    watched = [address(2 * value) for value in range(1, 10_001)]
    async with database.write() as connection:
        await a_chat(connection)
        await connection.execute(
            insert(table),
            [
                {
                    "chat_id": 1, "number": position, "topic_id": 0, "address": raw,
                    "direction": Direction.BOTH, "created_at": NOW,
                }
                for position, raw in enumerate(watched)
            ],
        )  # fmt: skip
    asked = [address(value) for value in range(10_000, 20_000)]

    async with database.read() as connection:
        found = await watches.on_addresses(connection, "bsc", asked)
        twice = await watches.on_addresses(connection, "bsc", asked[:6_000] + asked[:6_000])

    assert {watch.address for watch in found} == set(asked) & set(watched)
    assert len(found) == 5_000
    assert len(twice) == 3_000


async def test_the_lowest_feed_threshold_counts_feeds_of_the_chain_and_of_all(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        assert await watches.lowest_feed_threshold(connection, "ethereum") is None
        for chain, address_of, usd in (
            ("ethereum", None, 900_000),
            (None, None, 1_000_000),
            ("bsc", None, 20_000),
            ("ethereum", address(1), 5),  # not a feed
        ):
            await watches.add(
                connection, 1, now=NOW, chain=chain, address=address_of,
                threshold=UsdThreshold(Decimal(usd)),
            )  # fmt: skip

        assert await watches.lowest_feed_threshold(connection, "ethereum") == 900_000
        assert await watches.lowest_feed_threshold(connection, "bsc") == 20_000
        assert await watches.lowest_feed_threshold(connection, "base") == 1_000_000


async def test_a_feed_without_a_threshold_takes_the_chats_default(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await watches.add(connection, 1, now=NOW, chain="ethereum")

        assert await watches.lowest_feed_threshold(connection, "ethereum") == DEFAULT
        assert await watches.lowest_feed_threshold(connection, "bsc") is None
        assert await watches.picky_feeds(connection, "ethereum") == []


async def test_feeds_that_count_units_are_listed_by_chain(database: Database) -> None:
    units = UnitThreshold(Decimal(50), "ETH", {("ethereum", None): 50 * 10**18})
    async with database.write() as connection:
        await a_chat(connection)
        for chain in ("ethereum", None, "bsc"):
            await watches.add(connection, 1, now=NOW, chain=chain, threshold=units)
        usd = UsdThreshold(Decimal(1))
        await watches.add(connection, 1, now=NOW, chain="ethereum", threshold=usd)
        await watches.add(connection, 1, now=NOW, address=address(1), threshold=units)
        found = await watches.picky_feeds(connection, "ethereum")

        assert sorted(watch.number for watch in found) == [1, 2]
        assert all(watch.threshold == units for watch in found)
        assert await watches.lowest_feed_threshold(connection, "bsc") is None


@pytest.mark.parametrize(
    "scope",
    [
        EVERYTHING,
        Scope(Interest.MINT | Interest.EXCHANGE_OUT),
        Scope(Interest(0)),
        Scope(only=frozenset({("ethereum", None), ("bsc", address(7))})),
        Scope(without=frozenset({("ethereum", address(7))}), not_on=frozenset({"bsc", "base"})),
    ],
)
async def test_what_a_watch_is_about_is_kept(database: Database, scope: Scope) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        made = await watches.add(connection, 1, now=NOW, address=address(1), scope=scope)
        other = await watches.add(connection, 1, now=NOW, address=address(2))
        assert (made.scope, other.scope) == (scope, EVERYTHING)

        await watches.set_scope(connection, other.id, scope)
        await watches.set_scope(connection, made.id, EVERYTHING)
        await watches.set_direction(connection, made.id, Direction.OUT)
        kept = await watches.by_ids(connection, [made.id, other.id])
        (found,) = await watches.on_addresses(connection, "ethereum", [address(2)])

    assert kept[made.id].scope is EVERYTHING
    assert kept[made.id].direction is Direction.OUT
    assert kept[other.id].scope == found.scope == scope


async def test_a_feed_that_picks_assets_is_matched_one_by_one(database: Database) -> None:
    only = Scope(only=frozenset({("ethereum", address(7))}))
    but = Scope(without=frozenset({("ethereum", address(7))}))
    async with database.write() as connection:
        await a_chat(connection)
        for scope in (only, but, Scope(Interest.MINT), EVERYTHING):
            await watches.add(connection, 1, now=NOW, chain="ethereum", scope=scope)
        found = await watches.picky_feeds(connection, "ethereum")
        elsewhere = await watches.picky_feeds(connection, "bsc")

    assert [(feed.scope, feed.threshold) for feed in found] == [
        (only, UsdThreshold(DEFAULT)),
        (but, UsdThreshold(DEFAULT)),
    ]
    assert elsewhere == []
