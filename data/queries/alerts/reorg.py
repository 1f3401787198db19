"""What a reorg does to alerts: ends the unsent, takes back what was sent, and restores it.

Each statement is about all chats at once, and what is told of it is told by movements.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from data.model import AlertState
from data.queries import among_ids
from data.queries.alerts.about import about
from data.queries.alerts.touched import NOTHING, Touched
from data.tables import alerts, messages, movements

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

DROPPED_BY_REORG = "reorg"


async def retract(connection: AsyncConnection, movement_ids: Collection[int]) -> Touched:
    """A reorg took these movements away for good: drop what is unsent, take back what was sent."""
    await drop_unsent(connection, movement_ids)
    return await _turn(connection, movement_ids, AlertState.SENT, AlertState.RETRACTED)


async def drop_unsent(connection: AsyncConnection, movement_ids: Collection[int]) -> None:
    """A reorg made these movements doubtful: their alerts end unsent, unless written anew."""
    dropped = {"state": AlertState.DROPPED, "reason": DROPPED_BY_REORG}
    waits = alerts.c.state.in_((AlertState.PENDING, AlertState.DEFERRED))
    await connection.execute(
        update(alerts).where(_of(connection), waits).values(dropped), {"ids": list(movement_ids)}
    )


async def bring_back(connection: AsyncConnection, movement_ids: Collection[int]) -> Touched:
    """Their transactions reappeared: undo what ``retract`` did."""
    ended = (alerts.c.state == AlertState.DROPPED) & (alerts.c.reason == DROPPED_BY_REORG)
    revived = await connection.execute(
        update(alerts).where(_of(connection), ended).values(state=AlertState.PENDING, reason=None),
        {"ids": list(movement_ids)},
    )
    touched = Touched(written=frozenset(movement_ids)) if revived.rowcount else NOTHING
    return touched | await _turn(connection, movement_ids, AlertState.RETRACTED, AlertState.SENT)


async def restate(connection: AsyncConnection, movement_ids: Collection[int]) -> Touched:
    """Amounts changed in a reorg: have the messages about it edited.

    Also where the movement is one of an alert's further ones: these stand by their transaction.
    """
    of_same = await connection.execute(
        _of_same_transactions(connection.dialect.name), {"ids": list(movement_ids)}
    )
    return await _edit(connection, [row.id for row in of_same], AlertState.SENT)


@cache
def _of_same_transactions(dialect: str) -> Any:
    other = movements.alias()
    same = (other.c.chain == movements.c.chain) & (other.c.tx_hash == movements.c.tx_hash)
    return select(other.c.id).join(movements, same).where(among_ids(dialect, movements.c.id, "ids"))


async def _turn(
    connection: AsyncConnection,
    movement_ids: Collection[int],
    before: AlertState,
    after: AlertState,
) -> Touched:
    """Nothing can come into the state ``before`` meanwhile: it would come from what was unsent,
    which is locked or settled by the statement that was before."""
    touched = await _edit(connection, movement_ids, before)
    await connection.execute(
        update(alerts).where(_of(connection), alerts.c.state == before).values(state=after),
        {"ids": list(movement_ids)},
    )
    return touched


async def _edit(
    connection: AsyncConnection, movement_ids: Collection[int], state: AlertState
) -> Touched:
    """Have the messages edited that show alerts of movements in a state."""
    edited = await connection.execute(
        _one_revision_more(connection.dialect.name),
        {"ids": list(movement_ids), "shown_as": state.value},
    )
    return Touched(edited=frozenset(movement_ids)) if edited.rowcount else NOTHING


@cache
def _one_revision_more(dialect: str) -> Any:
    shown = select(alerts.c.message_id).where(
        about(dialect, "ids"),
        alerts.c.state == bindparam("shown_as"),
        alerts.c.message_id.is_not(None),
    )
    return (
        update(messages)
        .where(messages.c.id.in_(shown), ~messages.c.gone)
        .values(revision=messages.c.revision + 1)
    )


def _of(connection: AsyncConnection) -> ColumnElement[bool]:
    return about(connection.dialect.name, "ids")
