"""What a reorg does to alerts: ends the unsent, takes back what was sent, and restores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from data.model import AlertState
from data.queries import batches
from data.queries.alerts.feeds import FEEDS_REACHED, reached_by
from data.tables import alerts, messages

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Movement, Shown
    from data.queries.alerts.writing import NewAlert

DROPPED_BY_REORG = "reorg"


async def retract(connection: AsyncConnection, movement_ids: Collection[int]) -> list[int]:
    """A reorg took these movements away for good: drop what is unsent, take back what was sent.

    Returns the chats that have messages to edit.
    """
    await drop_unsent(connection, movement_ids)
    return await _turn(connection, movement_ids, AlertState.SENT, AlertState.RETRACTED)


async def drop_unsent(connection: AsyncConnection, movement_ids: Collection[int]) -> None:
    """A reorg made these movements doubtful: their alerts end unsent, unless written anew."""
    for ids in batches(movement_ids):
        await connection.execute(
            update(alerts)
            .where(alerts.c.movement_id.in_(ids), alerts.c.state == AlertState.PENDING)
            .values(state=AlertState.DROPPED, reason=DROPPED_BY_REORG)
        )


async def bring_back(connection: AsyncConnection, movement_ids: Collection[int]) -> list[int]:
    """Their transactions reappeared: undo what ``retract`` did. Returns chats to look after."""
    revived: set[int] = set()
    for ids in batches(movement_ids):
        rows = await connection.execute(
            update(alerts)
            .where(
                alerts.c.movement_id.in_(ids),
                alerts.c.state == AlertState.DROPPED,
                alerts.c.reason == DROPPED_BY_REORG,
            )
            .values(state=AlertState.PENDING, reason=None)
            .returning(alerts.c.chat_id)
        )
        revived |= {row.chat_id for row in rows}
    turned = await _turn(connection, movement_ids, AlertState.RETRACTED, AlertState.SENT)
    return sorted(revived.union(turned))


async def restate(connection: AsyncConnection, movement_ids: Collection[int]) -> list[int]:
    """Amounts changed in a reorg: have the messages about it edited. Returns their chats."""
    return await _turn(connection, movement_ids, AlertState.SENT, AlertState.SENT)


async def repoint(
    connection: AsyncConnection,
    lost: Sequence[Movement],
    batch: Sequence[NewAlert],
    feeds: Sequence[Shown],
    now: datetime,
) -> list[int]:
    """Transactions came back without the movements ``lost``, but what was told of these was right.

    Where the chat has another match in the transaction now, among the alerts of ``batch`` or for
    a feed, its alert tells of that one instead. Returns the chats that have messages to edit.
    """
    told = await _told_of(connection, lost)
    found = {_slot(new): (new.movement.id, new.watch_id, new.others) for new in batch}
    hashes = {tx_hash for tx_hash, _, _ in told}
    for shown in feeds:
        movement = shown.movement
        if movement.tx_hash in hashes and movement.usd is not None:
            reached = reached_by(shown, now)
            for row in await connection.execute(FEEDS_REACHED, reached):
                slot = (movement.tx_hash, row.chat_id, row.topic_id)
                found.setdefault(slot, (movement.id, row.watch_id, ()))
    values = [
        {"alert": told[slot].id, "movement": movement, "watch": watch, "further": further}
        for slot, (movement, watch, others) in found.items()
        if slot in told
        for further in [[list(pair) for pair in others] or None]
    ]
    if not values:
        return []
    repointed = update(alerts).where(alerts.c.id == bindparam("alert"))
    await connection.execute(
        repointed.values(
            movement_id=bindparam("movement"),
            watch_id=bindparam("watch"),
            others=bindparam("further"),
            state=AlertState.SENT,
        ),
        values,
    )
    return await _edit(connection, {told[slot].message_id for slot in found if slot in told})


async def _told_of(
    connection: AsyncConnection, lost: Sequence[Movement]
) -> dict[tuple[bytes, int, int], Any]:
    """The alerts that were sent about movements, by transaction, chat and topic."""
    ids = {movement.id for movement in lost}
    told: dict[tuple[bytes, int, int], Any] = {}
    for some in batches({movement.tx_hash for movement in lost}):
        statement = select(alerts).where(
            alerts.c.chain == lost[0].block.chain,
            alerts.c.tx_hash.in_(some),
            alerts.c.state.in_((AlertState.SENT, AlertState.RETRACTED)),
        )
        for row in await connection.execute(statement):
            if row.movement_id in ids or any(other in ids for _, other in row.others or ()):
                told[row.tx_hash, row.chat_id, row.topic_id] = row
    return told


def _slot(new: NewAlert) -> tuple[bytes, int, int]:
    return new.movement.tx_hash, new.chat_id, new.topic_id


async def _turn(
    connection: AsyncConnection,
    movement_ids: Collection[int],
    before: AlertState,
    after: AlertState,
) -> list[int]:
    touched: set[int | None] = set()
    for ids in batches(movement_ids):
        turned = await connection.execute(
            update(alerts)
            .where(alerts.c.movement_id.in_(ids), alerts.c.state == before)
            .values(state=after)
            .returning(alerts.c.message_id)
        )
        touched |= {row.message_id for row in turned}
    return await _edit(connection, touched)


async def _edit(connection: AsyncConnection, message_ids: Collection[int | None]) -> list[int]:
    """Have messages edited; returns their chats."""
    edited: set[int] = set()
    for ids in batches(sorted(one for one in message_ids if one is not None)):
        rows = await connection.execute(
            update(messages)
            .where(messages.c.id.in_(ids))
            .values(revision=messages.c.revision + 1)
            .returning(messages.c.chat_id)
        )
        edited |= {row.chat_id for row in rows}
    return sorted(edited)
