"""Held alerts: of chats that are told once a block is safe. What is held was never seen by anybody,
so a reorg deletes it without a trace; if the transaction comes back, it is written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, literal_column, select, update

from data.columns import DatabaseNow
from data.model import AlertState, Priority
from data.queries import among_ids
from data.queries.alerts.touched import NOTHING, Touched
from data.tables import alerts

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

# written out, because neither database uses a partial index for a parameter for sure
_IS_HELD = alerts.c.state == literal_column(f"'{AlertState.HELD.value}'")


async def release_held(connection: AsyncConnection, chain: str, safe_number: int) -> Touched:
    """The chain is safe up to that block: what was held of it waits in the outbox now.

    The alerts' time starts now: it is since when they wait for delivery. What they waited for stays
    with them, which tells them from those of the same movements that never were held.
    """
    due = and_(_IS_HELD, alerts.c.chain == chain, alerts.c.held_until <= safe_number)
    found = await connection.execute(select(alerts.c.movement_id).where(due).distinct())
    ids = found.scalars().all()
    if not ids:
        return NOTHING
    of_them = among_ids(connection.dialect.name, alerts.c.movement_id, "ids")
    await _release(connection, due & of_them, {"ids": ids})
    return Touched(released=frozenset(ids))


async def release_held_of_chat(
    connection: AsyncConnection, chat_id: int
) -> list[tuple[int, Priority]]:
    """The chat waits no longer: everything that is held for it is released, as above.

    Returns the chat with the best priority of these, to be enqueued in the same transaction;
    nothing if there was nothing.
    """
    due = and_(_IS_HELD, alerts.c.chat_id == chat_id)
    best = select(func.min(alerts.c.priority)).where(due)
    urgent = (await connection.execute(best)).scalar_one()
    if urgent is None:
        return []
    await _release(connection, due, {})
    return [(chat_id, Priority(urgent))]


async def forget_held_above(connection: AsyncConnection, chain: str, number: int) -> None:
    """A reorg took every block above ``number`` away: nobody will hear of what was held there."""
    await connection.execute(
        delete(alerts).where(_IS_HELD, alerts.c.chain == chain, alerts.c.held_until > number)
    )


async def _release(
    connection: AsyncConnection, due: ColumnElement[bool], given: dict[str, Any]
) -> None:
    # locked in the order of ids, so that a chain and a chat never lock each other's rows crosswise
    ordered = select(alerts.c.id).where(due).order_by(alerts.c.id).with_for_update()
    await connection.execute(
        update(alerts)
        .where(alerts.c.id.in_(ordered))
        .values(state=AlertState.PENDING, created_at=DatabaseNow()),
        given,
    )
