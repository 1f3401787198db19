"""Upkeep forgets in pieces, and leaves room for others between them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event, func, select

from data.database import Database
from data.tables import movements as table
from tests.contract.samples import NOW, movement, ref, stored
from watcher.upkeep import forget

OLD = replace(ref(1), time=NOW - timedelta(days=30))
LIMIT = NOW - timedelta(days=1)


async def test_what_is_old_is_forgotten_a_piece_at_a_time(migrated_database_url: str) -> None:
    database = Database(migrated_database_url)
    async with database.write() as connection:
        await stored(connection, *(movement(tx, block=OLD) for tx in range(25)))
        await stored(connection, movement(25))
    sizes: list[int] = []

    def note(_connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM movements"):
            sizes.append(cursor.rowcount)  # type: ignore[attr-defined]

    event.listen(database.engine.sync_engine, "after_cursor_execute", note)

    counts = await forget(
        database, movements_before=LIMIT, alerts_before=LIMIT, gaps_before=LIMIT, piece=10
    )

    assert counts["movements"] == sum(sizes) == 25
    assert max(sizes) == 10
    async with database.read() as connection:
        left = await connection.execute(select(func.count()).select_from(table))
        assert left.scalar_one() == 1
    await database.close()


async def test_others_write_while_very_much_is_forgotten(migrated_sqlite: str) -> None:
    database = Database(migrated_sqlite)
    async with database.write() as connection:
        await stored(connection, *(movement(tx, block=OLD) for tx in range(100)))

    forgetting = asyncio.ensure_future(
        forget(database, movements_before=LIMIT, alerts_before=LIMIT, gaps_before=LIMIT, piece=5)
    )
    written = 0
    while not forgetting.done():
        async with database.write() as connection:
            await stored(connection, movement(1_000 + written))
        written += 1

    assert (await forgetting)["movements"] == 100
    assert written > 1
    await database.close()
