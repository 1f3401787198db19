"""Many rows in one statement, whose text stays the same however many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from data.queries import insert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Row, Select, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_all(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    finish: Callable[[Any], Any] = lambda statement: statement,
) -> Sequence[Row[Any]]:
    """Insert rows that all have the same columns; what the statement returns.

    ``finish`` says what happens on a conflict, and what is returned. PostgreSQL takes each column
    as one array; SQLite, which is in the same process, row by row.
    """
    if not rows:
        return []
    if connection.dialect.name == "postgresql":
        source = _unnested(table, rows)
        statement = finish(insert(connection, table).from_select(list(rows[0]), source))
        result = await connection.execute(statement)
    else:
        result = await connection.execute(finish(insert(connection, table)), list(rows))
    return result.all() if result.returns_rows else []


def _unnested(table: Table, rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    columns = [table.c[name] for name in rows[0]]
    arrays = [
        bindparam(one.name, [row[one.name] for row in rows], type_=ARRAY(one.type))
        for one in columns
    ]
    new = func.unnest(*arrays).table_valued(*[column(one.name, one.type) for one in columns])
    new = new.render_derived()
    return select(new)
