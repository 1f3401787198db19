"""How delivery stands, for whoever runs it: what waits, for whom, and which chats cannot hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from data.queries.alerts import oldest_pending
from data.tables import chat_queues, chats

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Queue:
    """Alerts in the outbox, since when the oldest waits, and the chats that have something to
    send or edit."""

    alerts: int
    since: datetime | None
    chats: int


async def queue(connection: AsyncConnection) -> Queue:
    """What waits now."""
    waiting, since = await oldest_pending(connection)
    rows = select(func.count()).select_from(chat_queues)
    return Queue(waiting, since, int((await connection.execute(rows)).scalar_one()))


async def chats_by_state(connection: AsyncConnection) -> dict[str, int]:
    """How many chats are in which state; reads them all, so not to be asked every second."""
    statement = select(chats.c.state, func.count().label("number")).group_by(chats.c.state)
    return {row.state: row.number for row in await connection.execute(statement)}
