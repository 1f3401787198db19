"""Many rows in one statement come to the table as one by one they would."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    select,
)
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.columns import MAX_AMOUNT, Amount, Bytes, Dollars, UtcTime
from data.database import Database
from data.queries.bulk import insert_all

things = Table(
    "things_of_every_kind",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("big", BigInteger),
    Column("small", SmallInteger),
    Column("is_so", Boolean),
    Column("kind", String(16)),
    Column("text", Text),
    Column("raw", Bytes),
    Column("amount", Amount),
    Column("usd", Dollars),
    Column("at", UtcTime),
    Column("list", JSON(none_as_null=True)),
)


class Kind(StrEnum):
    THIS = "this"


class Level(IntEnum):
    HIGH = 7


NOTHING: dict[str, Any] = {one.name: None for one in things.c}
FULL: dict[str, Any] = {
    "id": 1,
    "big": -(2**63),
    "small": Level.HIGH,
    "is_so": True,
    "kind": Kind.THIS,
    "text": "a \"quoted\" \\ backslash, {braces}, 'NULL', \n and 鲸 🐋",
    "raw": bytes(range(256)),
    "amount": MAX_AMOUNT,
    "usd": Decimal("12345678901234567890.123456"),
    "at": datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5))),
    "list": [[1, 2], ["x", None]],
}


@pytest.fixture
async def emptied(database: Database) -> Database:
    async with database.write() as connection:
        await connection.run_sync(things.create)
    return database


async def all_of(connection: AsyncConnection) -> list[dict[str, Any]]:
    rows = await connection.execute(select(things).order_by(things.c.id))
    return [dict(row) for row in rows.mappings()]


async def test_every_kind_of_value_comes_back_as_it_was(emptied: Database) -> None:
    rows = [FULL, NOTHING | {"id": 2}, FULL | {"id": 3, "raw": b"", "text": "", "amount": 0}]
    async with emptied.write() as connection:
        await insert_all(connection, things, rows)
        found = await all_of(connection)

    assert found == rows
    assert found[0]["at"].utcoffset() == timedelta(0)


async def test_columns_that_are_not_given_stay_empty(emptied: Database) -> None:
    async with emptied.write() as connection:
        await insert_all(connection, things, [{"id": 1, "text": "only"}])
        assert await all_of(connection) == [NOTHING | {"id": 1, "text": "only"}]


async def test_what_the_column_refuses_is_refused_before_anything_is_sent(
    emptied: Database,
) -> None:
    for wrong in ({"amount": -1}, {"usd": Decimal(-1)}, {"at": datetime(2026, 1, 1)}):  # noqa: DTZ001 - that it lacks its zone is the point
        with pytest.raises(StatementError):
            async with emptied.write() as connection:
                await insert_all(connection, things, [FULL, FULL | {"id": 2} | wrong])
    async with emptied.read() as connection:
        assert await all_of(connection) == []


async def test_rows_that_are_there_are_refused_unless_it_is_said_what_becomes_of_them(
    emptied: Database,
) -> None:
    async with emptied.write() as connection:
        await insert_all(connection, things, [FULL])
    with pytest.raises(IntegrityError):
        async with emptied.write() as connection:
            await insert_all(connection, things, [FULL])
    async with emptied.write() as connection:
        await insert_all(connection, things, [FULL, FULL | {"id": 2}], _stays)
        assert await all_of(connection) == [FULL, FULL | {"id": 2}]


async def test_nothing_is_inserted_of_nothing(emptied: Database) -> None:
    async with emptied.write() as connection:
        assert await insert_all(connection, things, []) == ()
        assert await all_of(connection) == []


def _stays(statement: Any) -> Any:
    return statement.on_conflict_do_nothing()
