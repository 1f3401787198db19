"""A write that is cancelled anywhere lets go of the database at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from data.database import BUSY_TIMEOUT_MS, Database
from data.queries import leases


async def test_a_cancelled_write_locks_nobody_out(migrated_sqlite: str) -> None:
    database = Database(migrated_sqlite)

    async def write(chain: str) -> None:
        async with database.write() as connection:
            await leases.acquire(connection, chain, "owner", timedelta(seconds=10))

    async def write_on(chain: str) -> None:
        while True:
            await write(chain)

    async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000 - 5):
        for turn in range(150):
            writers = [asyncio.create_task(write_on(chain)) for chain in ("one", "two")]
            await asyncio.sleep(turn % 50 / 2500)  # to strike at many different statements
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
            await write("three")
    await database.close()
