from dataclasses import replace
from decimal import Decimal

from data.database import Database
from data.model import Mark
from data.queries import movements
from tests.contract.samples import address, movement, ref

KEPT = Decimal(10_000)


async def test_an_addresses_last_movements_come_newest_first(database: Database) -> None:
    stored = [
        movement(1, usd=50_000, block=ref(1)),
        movement(2, usd=9_999, block=ref(2)),
        movement(3, usd=None, block=ref(3)),
        movement(4, usd=60_000, block=ref(4)),
        movement(5, of=2, block=ref(5)),
        replace(movement(6, block=ref(6)), marks=frozenset({Mark.AIRDROP})),
        movement(7, block=ref(7)),
    ]
    async with database.write() as connection:
        await movements.store(connection, stored)
        await movements.store(connection, [movement(8, block=ref(8, chain="bsc"))])
        await movements.orphan_above(connection, "ethereum", 6, 100)

    async with database.read() as connection:
        mine = stored[0].address
        kept = await movements.latest_of(connection, ["ethereum"], mine, KEPT, 9)
        everything = await movements.latest_of(connection, ["ethereum"], mine, None, 9)
        few = await movements.latest_of(connection, ["ethereum", "bsc"], mine, None, 2)
        nobody = await movements.latest_of(connection, ["ethereum"], address(77), None, 9)

    assert [one.tx_hash[-1] for one in kept] == [4, 1]
    assert kept[0].legs == stored[3].legs
    assert [one.tx_hash[-1] for one in everything] == [4, 3, 2, 1]
    assert [one.tx_hash[-1] for one in few] == [8, 4]
    assert nobody == []


async def test_the_largest_lately_is_one_that_is_kept_of_everybody(database: Database) -> None:
    async with database.read() as connection:
        assert await movements.largest_lately(connection, ["ethereum"], KEPT) is None
    async with database.write() as connection:
        await movements.store(
            connection,
            [
                movement(1, usd=50_000, block=ref(1)),
                movement(2, usd=70_000, block=ref(2)),
                replace(movement(3, usd=90_000, block=ref(3)), marks=frozenset({Mark.IMITATION})),
                movement(4, usd=None, block=ref(4)),
            ],
        )
        await movements.store(connection, [movement(5, usd=80_000, block=ref(5, chain="bsc"))])

    async with database.read() as connection:
        largest = await movements.largest_lately(connection, ["ethereum"], KEPT)
        dear = await movements.largest_lately(connection, ["ethereum"], Decimal(71_000))

    assert largest is not None
    assert largest.tx_hash[-1] == 2
    assert dear is None
