"""Many rows in one statement, whose text stays the same however many they are.

PostgreSQL takes all rows as one JSON text and takes it apart by itself: to write each column as an
array, value by value, costs this process four times as much. SQLite, which is in the same process,
takes them row by row.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import JSON, Text, bindparam, cast, column, func, select
from sqlalchemy.types import TypeDecorator

from data.columns import Bytes
from data.queries import insert_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, Dialect, Row, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

_ROWS = "rows"
_encode = msgspec.json.Encoder(decimal_format="string").encode


def as_it_is(statement: Any) -> Any:
    """Rows that are there already are refused."""
    return statement


async def insert_all(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    finish: Callable[[Any], Any] = as_it_is,
) -> Sequence[Row[Any]]:
    """Insert rows that all have the same columns; what the statement returns, in any order.

    ``finish`` says what is done with rows that are there, and what is returned: it takes the
    statement and gives another, always the same one, which is remembered by the function. So it
    must be one of a module, and not made anew for each call.
    """
    if not rows:
        return ()
    if connection.dialect.name == "postgresql":
        statement = _taken_apart(table, tuple(rows[0]), finish)
        done = await connection.execute(statement, {_ROWS: rows})
    else:
        statement = _row_by_row(table, finish)
        done = await connection.execute(statement, list(rows))
    return done.all() if done.returns_rows else ()


@lru_cache(maxsize=64)
def _row_by_row(table: Table, finish: Callable[[Any], Any]) -> Any:
    return finish(insert_on("sqlite", table))


@lru_cache(maxsize=64)
def _taken_apart(table: Table, names: tuple[str, ...], finish: Callable[[Any], Any]) -> Any:
    columns = [table.c[name] for name in names]
    text = cast(bindparam(_ROWS, type_=_Rows(table, names)), JSON)
    parts = func.json_to_recordset(text).table_valued(
        *[column(one.name, _travels_as(one)) for one in columns]
    )
    new = parts.render_derived(with_types=True)
    arrived = select(*[_arrived(one, new.c[one.name]) for one in columns])
    return finish(insert_on("postgresql", table).from_select(names, arrived))


def _travels_as(one: Column[Any]) -> Any:
    return Text() if isinstance(one.type, Bytes) else one.type


def _arrived(one: Column[Any], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.decode(value, "base64") if isinstance(one.type, Bytes) else value


class _Rows(TypeDecorator[Any]):
    """Rows as one JSON text, in which bytes are base64 and decimals are strings."""

    impl = Text
    cache_ok = True

    def __init__(self, table: Table, names: tuple[str, ...]) -> None:
        super().__init__()
        self.table = table
        self.names = names

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Every value as its column has it."""
        found = [(name, _to_column(self.table.c[name], dialect)) for name in self.names]
        checked = [(name, check) for name, check in found if check is not None]

        def process(rows: Sequence[Mapping[str, Any]]) -> str:
            values = [dict(row) for row in rows]
            for name, check in checked:
                for value in values:
                    value[name] = check(value[name])
            return _encode(values).decode()

        return process


def _to_column(one: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What a column makes of a value before it is sent; None if nothing."""
    kind = one.type
    if not isinstance(kind, TypeDecorator):
        return None
    if type(kind).process_bind_param is TypeDecorator.process_bind_param:
        return None
    return lambda value: kind.process_bind_param(value, dialect)
