from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from data.columns import MAX_AMOUNT
from data.database import Database
from data.model import Leg, MovementKind, Price, PriceState
from data.queries import movements
from data.tables import legs
from tests.contract.samples import NOW, USDC, address, key, movement, number, ref, stored


async def test_a_movement_comes_back_whole(database: Database) -> None:
    price = Price(Decimal("1.000000000000000000000000000012345"), "chainlink", NOW)
    thin = Price(Decimal("1E-30"), "llama", NOW - timedelta(days=1), PriceState.THIN)
    moved = replace(
        movement(
            1,
            legs=[
                Leg(None, "ETH", 18, -MAX_AMOUNT, price),
                Leg(USDC, "USDC", 6, MAX_AMOUNT, thin),
                Leg(address(9), "<b>?</b>", None, 1),
                Leg(address(8), "x" * 10_000, 255, -1, price),
            ],
        ),
        kind=MovementKind.SWAP,
        counterparty=None,
        signed=True,
    )
    async with database.write() as connection:
        (kept,) = await stored(connection, moved)
    async with database.read() as connection:
        loaded = await movements.load(connection, [key(kept), key(kept) + 1])

    assert kept == replace(moved, id=kept.id)
    assert (kept.usd, kept.usd_in, kept.usd_out) == (moved.usd, moved.usd_in, moved.usd_out)
    assert loaded == {key(kept): kept}


async def test_more_than_a_statement_holds_is_stored_and_loaded_in_order(
    database: Database,
) -> None:
    batch = [movement(tx, of=of) for tx in range(550) for of in (1, 2)]
    async with database.write() as connection:
        kept = await stored(connection, *batch)
        again = await stored(connection, *batch[:1_010])
    async with database.read() as connection:
        loaded = await movements.load(connection, [key(one) for one in kept])

    assert [replace(one, id=None) for one in kept] == batch
    assert [one.id for one in again] == [one.id for one in kept[:1_010]]
    assert [loaded[key(one)] for one in kept] == kept


async def test_nothing_is_stored_of_nothing(database: Database) -> None:
    async with database.write() as connection:
        assert await movements.store(connection, []) == []
        assert await movements.load(connection, []) == {}


async def test_the_same_transaction_on_another_chain_is_another_movement(
    database: Database,
) -> None:
    async with database.write() as connection:
        (here,) = await stored(connection, movement(1))
        (there,) = await stored(connection, movement(1, block=ref(100, chain="bsc")))

    assert here.id != there.id


async def test_what_nobody_can_hold_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="amount lies"):
        async with database.write() as connection:
            await stored(connection, movement(1, legs=[Leg(None, "ETH", 18, MAX_AMOUNT + 1)]))


async def test_a_value_beyond_the_column_does_not_stop_the_chain(database: Database) -> None:
    lie = Price(Decimal(10) ** 30, "llama", NOW)
    async with database.write() as connection:
        (kept,) = await stored(connection, movement(1, legs=[Leg(USDC, "LIE", 0, MAX_AMOUNT, lie)]))
        loaded = await movements.load(connection, [key(kept)])

    assert loaded[key(kept)].legs[0].amount == MAX_AMOUNT


async def test_a_reorg_orphans_what_stands_above_the_ancestor_on_that_chain(
    database: Database,
) -> None:
    async with database.write() as connection:
        below, above, later = await stored(
            connection,
            movement(1, block=ref(99)),
            movement(2, block=ref(100)),
            movement(3, block=ref(101)),
        )
        (elsewhere,) = await stored(connection, movement(2, block=ref(100, chain="bsc")))
        assert not await movements.has_orphans(connection, "ethereum")

        await movements.orphan_above(connection, "ethereum", 99, until=104)

        everything = [below, above, later, elsewhere]
        loaded = await movements.load(connection, [key(one) for one in everything])
        assert [loaded[key(one)].orphaned for one in everything] == [False, True, True, False]
        assert await movements.has_orphans(connection, "ethereum")
        assert not await movements.has_orphans(connection, "bsc")


async def test_an_orphan_counts_as_gone_from_its_height_on(database: Database) -> None:
    async with database.write() as connection:
        first, second = await stored(
            connection, movement(1, block=ref(100)), movement(2, block=ref(101))
        )
        await movements.orphan_above(connection, "ethereum", 100, until=105)
        # a second reorg does not prolong the wait of what the first one took
        await movements.orphan_above(connection, "ethereum", 99, until=108)

        for height, gone in ((104, []), (105, [second.id]), (108, [first.id, second.id])):
            found = await movements.orphaned_for_good(connection, "ethereum", height, since=0)
            assert sorted(found) == gone
        later = await movements.orphaned_for_good(connection, "ethereum", 108, since=106)
        assert later == [first.id]  # the other was told before
        assert await movements.orphaned_for_good(connection, "bsc", 999, since=0) == []


async def test_what_reappears_keeps_its_id_and_takes_the_new_block_and_legs(
    database: Database,
) -> None:
    before = movement(1, legs=[Leg(USDC, "USDC", 6, 5), Leg(None, "ETH", 18, -5)])
    after = replace(
        movement(1, block=ref(101, fork=1), legs=[Leg(USDC, "USDC", 6, MAX_AMOUNT)]),
        kind=MovementKind.MINT,
        tx_index=9,
        counterparty=None,
    )
    async with database.write() as connection:
        (old,) = await stored(connection, before)
        await movements.orphan_above(connection, "ethereum", 99, until=104)
        orphans = await movements.orphaned_in(
            connection, "ethereum", [number(tx, 32) for tx in range(2_500)]
        )

        back, fresh = await stored(connection, after, movement(2, block=ref(101, fork=1)))

        assert orphans == [replace(old, orphaned=True)]
        assert back == replace(after, id=old.id)
        assert fresh.id not in (None, old.id)
        assert await movements.load(connection, [key(old)]) == {key(old): back}
        assert not await movements.has_orphans(connection, "ethereum")
        assert await movements.orphaned_in(connection, "ethereum", [number(1, 32)]) == []
        left = (await connection.execute(select(func.count()).select_from(legs))).scalar_one()
        assert left == 2
