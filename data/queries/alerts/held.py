"""Held alerts: of chats that are told once a block is safe. What is held was never seen by anybody,
so a reorg deletes it without a trace; if the transaction comes back, it is written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, literal_column, select, update

from data.columns import DatabaseNow
from data.model import AlertState, Priority
from data.tables import alerts

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

# written out, because neither database uses a partial index for a parameter for sure
_IS_HELD = alerts.c.state == literal_column(f"'{AlertState.HELD.value}'")


async def release_held(
    connection: AsyncConnection, chain: str, safe_number: int
) -> list[tuple[int, Priority]]:
    """The chain is safe up to that block: what was held of it waits in the outbox now.

    Returns the chats that have something to send, each with its best priority, to be enqueued
    in the same transaction. The alerts' time starts now: it is since when they wait for delivery.
    """
    return await _release(connection, alerts.c.chain == chain, alerts.c.held_until <= safe_number)


async def release_held_of_chat(
    connection: AsyncConnection, chat_id: int
) -> list[tuple[int, Priority]]:
    """The chat waits no longer: everything that is held for it is released, as above."""
    return await _release(connection, alerts.c.chat_id == chat_id)


async def forget_held_above(connection: AsyncConnection, chain: str, number: int) -> None:
    """A reorg took every block above ``number`` away: nobody will hear of what was held there."""
    await connection.execute(
        delete(alerts).where(_IS_HELD, alerts.c.chain == chain, alerts.c.held_until > number)
    )


async def _release(
    connection: AsyncConnection, *which: ColumnElement[Any]
) -> list[tuple[int, Priority]]:
    due = select(alerts.c.id).where(_IS_HELD, *which)
    if (await connection.execute(due.limit(1))).first() is None:
        return []
    # locked in the order of ids, so that a chain and a chat never lock each other's rows crosswise
    rows = await connection.execute(
        update(alerts)
        .where(alerts.c.id.in_(due.order_by(alerts.c.id).with_for_update()))
        .values(state=AlertState.PENDING, held_until=None, created_at=DatabaseNow())
        .returning(alerts.c.chat_id, alerts.c.priority)
    )
    urgent: dict[int, Priority] = {}
    for chat_id, priority in rows:
        urgent[chat_id] = min(Priority(priority), urgent.get(chat_id, Priority(priority)))
    return list(urgent.items())
