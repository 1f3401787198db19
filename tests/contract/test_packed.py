"""Addresses and hashes that are looked for by one parameter."""

import pytest
from sqlalchemy import select

from data.database import Database
from data.queries import watches
from data.queries.packed import ADDRESS, HASH, among_packed, pack
from data.tables import movements
from tests.contract.samples import NOW, a_chat, address, movement, number, stored


async def test_those_among_them_are_found_and_no_others(database: Database) -> None:
    async with database.write() as connection:
        await stored(connection, *[movement(tx) for tx in range(5)])
        found = among_packed(connection.dialect.name, movements.c.tx_hash, "hashes", HASH)
        for wanted in ([0], [4, 1], [1, 1], [99], [*range(200, 3_000), 3]):
            packed = pack([number(tx, 32) for tx in wanted], HASH)
            rows = await connection.execute(
                select(movements.c.tx_hash).where(found), {"hashes": packed}
            )
            expected = sorted({tx for tx in wanted if tx < 5})
            assert sorted(int.from_bytes(row.tx_hash) for row in rows) == expected


async def test_a_value_across_two_others_is_not_among_them(database: Database) -> None:
    # given a watch on what the end of one address and the start of the next make together
    first, second = b"\x11" * 20, b"\x22" * 20
    across = first[10:] + second[:10]
    async with database.write() as connection:
        await a_chat(connection)
        for watched in (across, first):
            await watches.add(connection, 1, now=NOW, address=watched)

        # when both are looked for, then only the one that is really among them is found
        found = await watches.on_addresses(connection, "ethereum", [first, second])
        assert [one.address for one in found] == [first]
        assert await watches.on_addresses(connection, "ethereum", []) == []


def test_a_value_of_another_size_would_shift_all_others_and_is_refused() -> None:
    with pytest.raises(ValueError, match="of 20 bytes"):
        pack([address(1), number(2, 19), number(3, 21)], ADDRESS)
    assert pack([], ADDRESS) == b""
