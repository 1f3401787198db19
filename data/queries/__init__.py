"""Everything that is ever asked of the tables; each takes an open connection.

- ``chats``      where alerts go, and whether they may
- ``levels``     who may do what with the bot · ``census``: who talks to it, and where it is
- ``moving``     from a group to the supergroup that it became, from a closed topic to the general
- ``names``      what chats call addresses
- ``watches``    one by one, and which of them a batch of addresses concerns
- ``watchlists`` a chat's watches: how many, in pages · ``removed``: taken away, and brought back
- ``whole_lists``  a whole watchlist at once
- ``shares``     watches behind a link that was handed out
- ``holdings``   all that is kept about a chat, told or forgotten
- ``tokens``     what tokens call themselves
- ``movements``  what happened, orphaned and brought back by reorgs
- ``dealings``   whom an address knows, for addresses that look like one of them
- ``alerts``     the outbox: what is to be told, and what became of it
- ``messages``   what Telegram shows
- ``certainty``  which messages may say that their blocks became safe or final
- ``standing``   how delivery stands: what waits, since when, and in which state chats are
- ``queues``     which chats have something to send, and who is at it
- ``workers``    who delivers just now · ``send_claims``: their claims while Redis is away
- ``cursors``    how far a chain's alerts are in the database, its recent hashes
- ``gaps``       blocks that were not seen, or that no check could verify
- ``leases``     who follows a chain
- ``pursuits``   transactions that chats asked to be followed
- ``pauses``     chains that an operator lets rest
- ``broadcasts`` what an operator tells everybody
- ``retention``  what is forgotten, and when
- ``bulk``       many rows in one statement
- ``packed``     many addresses or hashes in one parameter
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import JSON, BigInteger, any_, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

_T = TypeVar("_T")

BATCH = 1_000
"""Rows a statement: both databases stop at some 32,000 parameters."""


def batches(values: Collection[_T], size: int = BATCH) -> Iterator[list[_T]]:
    """The values in lists that fit into one statement."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def insert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return insert_on(connection.dialect.name, table)


def insert_on(dialect: str, table: Table) -> Any:
    """As ``insert``, for a statement that is made once for each dialect."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def among(
    connection: AsyncConnection, column: ColumnElement[_T], values: Collection[_T]
) -> ColumnElement[bool]:
    """That a column holds one of the values: of one parameter where the database has arrays, so
    that the statement need not be prepared anew for each number of values."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=ARRAY(column.type), unique=True))
    return column.in_(values)


def among_given(dialect: str, column: ColumnElement[_T], name: str) -> ColumnElement[bool]:
    """As ``among``, for a statement that is made once for each dialect: the values are the list
    that is given under that name."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


def among_ids(dialect: str, column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """That a column holds one of the ids in the list that is given under that name, however many:
    one parameter on either database."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(BigInteger)))
    listed = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return column.in_(select(listed.c.value))
