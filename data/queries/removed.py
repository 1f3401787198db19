"""A watch taken off its list, and put back as it was."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import json
from sqlalchemy import delete, select

from data.columns import Bytes, Dollars, UtcTime
from data.queries import insert, watchlists
from data.queries.watches import watch_of
from data.tables import watches

if TYPE_CHECKING:
    from sqlalchemy import Column
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Watch


async def take(connection: AsyncConnection, watch_id: int) -> str | None:
    """Delete a watch; all that its row had, for ``put_back``. None if it was gone already."""
    statement = delete(watches).where(watches.c.id == watch_id).returning(watches)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    kept = {name: _plain(value) for name, value in row._asdict().items()}
    return json.encode(kept).decode()


async def put_back(connection: AsyncConnection, record: str) -> Watch | None:
    """The watch as it was, with its id, and its number if nobody has taken that meanwhile; None if
    it is there already. The chat must still exist."""
    kept = {
        name: _stored(watches.c[name], value)
        for name, value in json.decode(record).items()
        if name in watches.c  # a column may have gone since
    }
    await watchlists.hold(connection, kept["chat_id"])
    taken = select(watches.c.id).where(
        watches.c.chat_id == kept["chat_id"], watches.c.number == kept["number"]
    )
    if (await connection.execute(taken)).first() is not None:
        kept["number"] = await watchlists.next_number(connection, kept["chat_id"])
    statement = (
        insert(connection, watches)
        .values(**kept)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(watches)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else watch_of(row)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _stored(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Bytes):
        return bytes.fromhex(value)
    if isinstance(column.type, Dollars):
        return Decimal(value)
    return datetime.fromisoformat(value) if isinstance(column.type, UtcTime) else value
