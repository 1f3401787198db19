"""Workers: who delivers just now, on the database's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from data.columns import DatabaseNow
from data.queries import insert
from data.tables import delivery_workers

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_FORGOTTEN_AFTER = timedelta(hours=1)


async def sign_in(connection: AsyncConnection, owner: str, duration: timedelta) -> int:
    """A worker is there for so long, unless it signs in again; how many there are with it."""
    until = DatabaseNow(duration)
    await connection.execute(
        insert(connection, delivery_workers)
        .values(owner=owner, until=until)
        .on_conflict_do_update(index_elements=["owner"], set_={"until": until})
    )
    await connection.execute(
        delete(delivery_workers).where(delivery_workers.c.until < DatabaseNow(-_FORGOTTEN_AFTER))
    )
    return await present(connection)


async def sign_out(connection: AsyncConnection, owner: str) -> None:
    """The worker has ended: its share is the others'."""
    await connection.execute(delete(delivery_workers).where(delivery_workers.c.owner == owner))


async def present(connection: AsyncConnection) -> int:
    """How many are there now."""
    there = select(func.count()).where(delivery_workers.c.until > DatabaseNow())
    return (await connection.execute(there)).scalar_one()
