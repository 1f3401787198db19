"""Deferred alerts: of chats that are quiet, or that get digests. They wait for a time, and then go
together; a reorg, or whatever ends a chat, ends them as it does those that wait to be sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, literal_column, select, update

from data.model import AlertState
from data.queries import batches
from data.queries.alerts.outbox import alert_of
from data.tables import alerts, movements

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert

# written out, because neither database uses a partial index for a parameter for sure
IS_DEFERRED = alerts.c.state == literal_column(f"'{AlertState.DEFERRED.value}'")


async def defer(connection: AsyncConnection, ids: Collection[int], until: datetime) -> None:
    """Tell these later, with all that has the same time."""
    for some in batches(ids):
        await connection.execute(
            update(alerts)
            .where(alerts.c.id.in_(some), alerts.c.state == AlertState.PENDING)
            .values(state=AlertState.DEFERRED, deferred_until=until)
        )


async def put_off(connection: AsyncConnection, chat_id: int, until: datetime) -> int:
    """All that is deferred in the chat is told at another time, together; how much that is."""
    moved = await connection.execute(
        update(alerts).where(alerts.c.chat_id == chat_id, IS_DEFERRED).values(deferred_until=until)
    )
    return moved.rowcount


async def next_digest(connection: AsyncConnection, chat_id: int) -> datetime | None:
    """When the chat's next digest is due; None where nothing is deferred.

    What a reorg has made doubtful is in no digest, and no other waits for it: where its transaction
    comes back, it is written anew.
    """
    statement = (
        select(alerts.c.deferred_until)
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(alerts.c.chat_id == chat_id, IS_DEFERRED, movements.c.orphaned_until.is_(None))
        .order_by(alerts.c.deferred_until)
        .limit(1)
    )
    due: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
    return due


async def of_digest(
    connection: AsyncConnection, chat_id: int, due: datetime, limit: int
) -> list[Alert]:
    """What one digest of the chat has to tell, oldest first; what a reorg has made doubtful is not
    in it."""
    statement = (
        select(alerts)
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(
            alerts.c.chat_id == chat_id,
            IS_DEFERRED,
            alerts.c.deferred_until == due,
            movements.c.orphaned_until.is_(None),
        )
        .order_by(alerts.c.id)
        .limit(limit)
    )
    return [alert_of(row) for row in await connection.execute(statement)]


async def all_deferred(
    connection: AsyncConnection, now: datetime
) -> tuple[int, int, datetime | None]:
    """Of all chats: how many wait for a time that has not come, how many of them should have been
    told by now, and since when the first of these."""
    is_late = alerts.c.deferred_until <= now
    # of all chats that may be a million rows: they are read once
    statement = select(
        func.count(),
        func.count(case((is_late, 1))),
        func.min(case((is_late, alerts.c.deferred_until))),
    ).where(IS_DEFERRED)
    every, late, since = (await connection.execute(statement)).one()
    return every - late, late, since
