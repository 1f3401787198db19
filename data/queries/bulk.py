"""Many rows in one statement, whose text stays the same however many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from data.queries import insert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Select, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_all(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    on_conflict: Callable[[Any], Any] = lambda statement: statement,
) -> None:
    """Insert rows that all have the same columns; ``on_conflict`` says what is done if they are
    there.

    PostgreSQL takes each column as one array; SQLite, which is in the same process, row by row.
    """
    if not rows:
        return
    statement = insert(connection, table)
    if connection.dialect.name == "postgresql":
        taken = statement.from_select(list(rows[0]), _unnested(table, rows))
        await connection.execute(on_conflict(taken))
    else:
        await connection.execute(on_conflict(statement), list(rows))


def _unnested(table: Table, rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    columns = [table.c[name] for name in rows[0]]
    arrays = [
        bindparam(one.name, [row[one.name] for row in rows], type_=ARRAY(one.type, dimensions=1))
        for one in columns
    ]
    new = func.unnest(*arrays).table_valued(*[column(one.name, one.type) for one in columns])
    new = new.render_derived()
    return select(new)
