"""The outbox as delivery sees it: what waits for a chat, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal_column, select, update

from data.model import Alert, AlertState, NoiseRule, Priority
from data.queries import batches, queues
from data.queries.alerts.reorg import DROPPED_BY_REORG
from data.tables import alerts, messages, movements

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

# written out, because neither database uses a partial index for a parameter for sure
_IS_PENDING = alerts.c.state == literal_column(f"'{AlertState.PENDING.value}'")
_UNSENT = (AlertState.PENDING, AlertState.DEFERRED)


def alert_of(row: Any) -> Alert:
    """A row of the table as the noun."""
    return Alert(
        id=row.id,
        chain=row.chain,
        tx_hash=row.tx_hash,
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        movement_id=row.movement_id,
        watch_id=row.watch_id,
        others=tuple((watch, movement) for watch, movement in row.others or ()),
        priority=Priority(row.priority),
        state=AlertState(row.state),
        reason=row.reason,
        message_id=row.message_id,
        created_at=row.created_at,
        answered_at=row.answered_at,
        deferred_until=row.deferred_until,
        noise=frozenset(map(NoiseRule, row.noise.split(","))) if row.noise else frozenset(),
    )


async def pending(
    connection: AsyncConnection, chat_id: int, limit: int, since: datetime | None = None
) -> list[Alert]:
    """The chat's oldest pending alerts whose block stands; orphaned ones wait their reorg out.

    With ``since`` only those of blocks since then.
    """
    statement = (
        select(alerts)
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(
            alerts.c.chat_id == chat_id,
            _IS_PENDING,
            movements.c.orphaned_until.is_(None),
        )
        .order_by(alerts.c.id)
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(movements.c.block_time >= since)
    return [alert_of(row) for row in await connection.execute(statement)]


async def of_message(connection: AsyncConnection, message_id: int) -> list[Alert]:
    """The alerts that one message shows."""
    statement = select(alerts).where(alerts.c.message_id == message_id).order_by(alerts.c.id)
    return [alert_of(row) for row in await connection.execute(statement)]


async def sent(connection: AsyncConnection, ids: Collection[int], message_id: int) -> None:
    """These alerts are in that message now (our id).

    What a reorg dropped while it was on its way is retracted, and its message to be edited.
    """
    too_late = (alerts.c.state == AlertState.DROPPED) & (alerts.c.reason == DROPPED_BY_REORG)
    retracted = False
    for some in batches(ids):
        # in one statement: a reorg must not come between two
        shown = await connection.execute(
            update(alerts)
            .where(alerts.c.id.in_(some), alerts.c.state != AlertState.RETRACTED)
            .values(
                state=case((too_late, AlertState.RETRACTED.value), else_=AlertState.SENT.value),
                message_id=message_id,
                reason=None,
            )
            .returning(alerts.c.state)
        )
        retracted = retracted or any(row.state == AlertState.RETRACTED for row in shown)
    if retracted:
        edited = await connection.execute(
            update(messages)
            .where(messages.c.id == message_id)
            .values(revision=messages.c.revision + 1)
            .returning(messages.c.chat_id)
        )
        await queues.enqueue(connection, [(row.chat_id, Priority.EDIT) for row in edited])


async def drop(connection: AsyncConnection, ids: Collection[int], reason: str) -> None:
    """End alerts unsent; they stay in the history with the reason."""
    for some in batches(ids):
        await connection.execute(
            update(alerts)
            .where(alerts.c.id.in_(some), alerts.c.state.in_(_UNSENT))
            .values(state=AlertState.DROPPED, reason=reason)
        )


async def drop_all_of_chat(connection: AsyncConnection, chat_id: int, reason: str) -> None:
    """End everything of a chat that cannot be reached, what is held or deferred too."""
    for state in (AlertState.PENDING, AlertState.HELD, AlertState.DEFERRED):
        # written out and one by one: each has an index of its own, and the table is large
        waits = alerts.c.state == literal_column(f"'{state.value}'")
        await connection.execute(
            update(alerts)
            .where(alerts.c.chat_id == chat_id, waits)
            .values(state=AlertState.DROPPED, reason=reason, held_until=None)
        )


async def oldest_pending(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many alerts wait in the outbox, and since when the oldest does; held ones do not."""
    statement = select(func.count(), func.min(alerts.c.created_at)).where(_IS_PENDING)
    number, oldest = (await connection.execute(statement)).one()
    return number, oldest
