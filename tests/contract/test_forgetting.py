"""What is forgotten of a chat: every row of every table, and nothing of other chats."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Table, insert, select

from data.columns import Amount, Bytes, Dollars, UtcTime
from data.database import Database
from data.model import ChatKind, Priority
from data.queries import chats, holdings, moving, queues
from data.tables import chats as chats_table
from data.tables import metadata, send_claims
from tests.contract.samples import DEFAULT, NOW

MINE = -1_009_876_543_210
OTHER = -1_005_555_555_555
_numbers = count(1_000)


def names_a_chat(column: Column[Any]) -> bool:
    """A column that somebody made for a chat's id, with a foreign key or without."""
    return (
        column.references(chats_table.c.id) or column is chats_table.c.id or "chat" in column.name
    )


def value_for(column: Column[Any], chat: int) -> Any:
    """Anything that the column takes; where it is about a chat, that chat."""
    if names_a_chat(column) or column.name in {"moved_to", "added_by"}:
        return chat
    if isinstance(column.type, Bytes):
        return next(_numbers).to_bytes(20, "big")
    if isinstance(column.type, Dollars):
        return Decimal(1)
    if isinstance(column.type, Amount):
        return 1
    if isinstance(column.type, UtcTime):
        return NOW
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, JSON):
        return {}
    return next(_numbers) if column.type.python_type is int else f"t{next(_numbers)}"[:8]


async def fill(database: Database, chat: int) -> list[Table]:
    """A row of everything that a chat can have; the tables that have one."""
    filled = []
    async with database.write() as connection:
        keys: dict[Column[Any], Any] = {chats_table.c.id: chat}
        for table in metadata.sorted_tables:
            row = {
                column.name: next(
                    (keys[key.column] for key in column.foreign_keys if key.column in keys),
                    value_for(column, chat),
                )
                for column in table.c
                if column.table is not chats_table or not column.nullable
            }
            if table is send_claims:
                row["key"] = f"notified:ethereum:ab:{chat}:0:alert:1"
            await connection.execute(insert(table).values(row))
            keys |= {column: row[column.name] for column in table.primary_key}
            if table is send_claims or any(names_a_chat(column) for column in table.c):
                filled.append(table)
    return filled


async def rows_that_name(database: Database, chat: int) -> dict[str, int]:
    """How many rows of each table have the chat's id anywhere in them."""
    found = {}
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            number = sum(str(chat) in str(value) for row in rows for value in row)
            if number:
                found[table.name] = number
    return found


async def test_no_row_of_any_table_names_a_forgotten_chat(database: Database) -> None:
    # given two chats that have something in every table that can have something of a chat
    tables = {table.name for table in await fill(database, MINE)}
    await fill(database, OTHER)
    assert set(await rows_that_name(database, MINE)) == tables
    others = await rows_that_name(database, OTHER)
    # when
    async with database.write() as connection:
        assert await holdings.forget(connection, MINE, patiently=False)
    # then
    assert await rows_that_name(database, MINE) == {}
    assert await rows_that_name(database, OTHER) == others


async def test_all_rows_of_a_chat_are_told_but_those_of_others(database: Database) -> None:
    tables = {table.name for table in await fill(database, MINE)} - {"send_claims"}
    await fill(database, OTHER)

    found = {}
    async with database.read() as connection:
        for column in holdings.told():
            rows = [row async for row in holdings.rows_of(connection, column, MINE, 10)]
            found[column.table.name] = rows

    assert set(found) == tables
    assert all(len(rows) == 1 for rows in found.values())
    assert str(OTHER) not in str(found)


async def test_what_it_was_before_it_moved_is_forgotten_too(database: Database) -> None:
    group = -77
    async with database.write() as connection:
        await chats.meet(connection, group, ChatKind.GROUP, DEFAULT, NOW)
        await moving.move(connection, group, MINE)

    async with database.write() as connection:
        await holdings.forget(connection, MINE)
    async with database.read() as connection:
        assert await chats.count(connection) == 0


async def test_who_brought_the_bot_somewhere_is_forgotten_and_the_place_is_not(
    database: Database,
) -> None:
    person = 42
    async with database.write() as connection:
        await chats.meet(connection, person, ChatKind.PRIVATE, DEFAULT, NOW)
        await chats.added(connection, MINE, ChatKind.CHANNEL, "Whales", person, DEFAULT, NOW)

    async with database.write() as connection:
        await holdings.forget(connection, person)
    async with database.read() as connection:
        assert await chats.get(connection, person) is None
        channel = await chats.get(connection, MINE)
    assert channel is not None
    assert (channel.title, channel.added_by) == ("Whales", None)


@pytest.mark.parametrize("patiently", [True, False])
async def test_a_chat_that_is_just_being_told_something_is_forgotten_later(
    database: Database, *, patiently: bool
) -> None:
    async with database.write() as connection:
        await chats.meet(connection, MINE, ChatKind.CHANNEL, DEFAULT, NOW)
        await queues.enqueue(connection, [(MINE, Priority.WATCH)])
        (held,) = await queues.lease(connection, "worker", timedelta(minutes=1), 1)

    async with database.write() as connection:
        assert await holdings.forget(connection, MINE, patiently=patiently) is not patiently
    async with database.read() as connection:
        assert (await chats.get(connection, MINE) is None) is not patiently
    if patiently:
        async with database.write() as connection:
            await queues.release(connection, held, timedelta())
            assert await holdings.forget(connection, MINE)


async def test_a_chat_that_nobody_knows_is_forgotten(database: Database) -> None:
    async with database.write() as connection:
        assert await holdings.forget(connection, MINE)
