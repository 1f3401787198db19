"""How delivery stands, for whoever runs it: what waits, for whom, and which chats cannot hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, literal_column, select

from data.columns import DatabaseNow
from data.model import AlertState
from data.queries.alerts import all_deferred, oldest_pending
from data.queries.alerts.deferred import IS_DEFERRED
from data.tables import alerts, chat_queues, chats

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Queue:
    """Alerts in the outbox, since when the oldest waits, and the chats that have something to
    send or edit; ``deferred`` alerts wait for their digest, and for nothing else."""

    alerts: int
    since: datetime | None
    chats: int
    deferred: int = 0


async def queue(connection: AsyncConnection, now: datetime) -> Queue:
    """What waits now; so does what was deferred until a moment that has passed, since then."""
    waiting, since = await oldest_pending(connection)
    deferred, late, late_since = await all_deferred(connection, now)
    oldest = min((time for time in (since, late_since) if time is not None), default=None)
    rows = select(func.count()).select_from(chat_queues)
    chats_waiting = int((await connection.execute(rows)).scalar_one())
    return Queue(waiting + late, oldest, chats_waiting, deferred)


async def oldest_to_leave(
    connection: AsyncConnection, rest: timedelta, now: datetime
) -> datetime | None:
    """Since when the oldest alert waits, of the chats that are not left alone for longer than
    ``rest`` from now: so long only Telegram asks for."""
    left_alone = exists().where(
        chat_queues.c.chat_id == alerts.c.chat_id, chat_queues.c.due_at > DatabaseNow(rest)
    )
    # written out, because neither database uses a partial index for a parameter for sure
    waits = alerts.c.state == literal_column(f"'{AlertState.PENDING.value}'")
    pending = select(func.min(alerts.c.created_at)).where(waits, ~left_alone)
    late = select(func.min(alerts.c.deferred_until)).where(
        IS_DEFERRED, alerts.c.deferred_until <= now, ~left_alone
    )
    found = [(await connection.execute(one)).scalar_one() for one in (pending, late)]
    return min((time for time in found if time is not None), default=None)


async def chats_by_state(connection: AsyncConnection) -> dict[str, int]:
    """How many chats are in which state; reads them all, so not to be asked every second."""
    statement = select(chats.c.state, func.count().label("number")).group_by(chats.c.state)
    return {row.state: row.number for row in await connection.execute(statement)}
