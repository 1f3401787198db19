"""A PostgreSQL that hangs, or a client of it that was frozen, holds up nobody for ever."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from data import database as module
from data.database import DATABASE_AWAY, Database, plain_reason


async def test_a_statement_that_hangs_is_given_up(migrated_postgres: str) -> None:
    database = Database(migrated_postgres, command_timeout=0.2)
    try:
        with pytest.raises(DATABASE_AWAY) as away:
            async with database.write() as connection:
                await connection.execute(text("SELECT pg_sleep(60)"))
        assert plain_reason(away.value)  # type: ignore[arg-type]
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    finally:
        await database.close()


async def test_what_may_take_long_is_not_given_up(migrated_postgres: str) -> None:
    database = Database(migrated_postgres, command_timeout=0.2)
    patient = database.patient()
    try:
        async with patient.write() as connection:
            await connection.execute(text("SELECT pg_sleep(0.5)"))
    finally:
        await patient.close()
        await database.close()


async def test_locks_of_who_stands_still_in_a_transaction_are_freed(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_TIMEOUT_MS", 300)
    frozen, other = Database(migrated_postgres), Database(migrated_postgres)

    async def stand_still_until_others_had_it() -> None:
        async with frozen.write() as holding:
            await holding.execute(text("LOCK TABLE cursors"))
            async with other.write() as connection:
                await connection.execute(text("LOCK TABLE cursors"))
            await holding.execute(text("SELECT 1"))

    try:
        with pytest.raises(DATABASE_AWAY):
            await stand_still_until_others_had_it()
    finally:
        await frozen.close()
        await other.close()


async def test_locks_of_who_stands_still_in_the_middle_of_a_statement_are_freed(
    migrated_postgres: str,
) -> None:
    frozen, other = Database(migrated_postgres, command_timeout=2), Database(migrated_postgres)

    async def stand_still_until_others_had_it() -> None:
        async with frozen.write() as holding:
            await holding.execute(text("LOCK TABLE cursors"))
            driver: Any = (await holding.get_raw_connection()).driver_connection
            await driver.prepare("SELECT 1")  # it has said what it will ask, and does not ask it
            state = text("SELECT state FROM pg_stat_activity WHERE query = 'SELECT 1'")
            async with other.write() as connection:
                assert (await connection.execute(state)).scalar_one() == "active"
                await connection.execute(text("LOCK TABLE cursors"))

    try:
        with pytest.raises(DATABASE_AWAY):
            await stand_still_until_others_had_it()
    finally:
        await frozen.close()
        await other.close()
