"""Alerts: written in the watcher's transaction, ended by delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, null, or_, select, update

from data.columns import Bytes, UtcTime
from data.model import Alert, AlertState, ChatState, Priority
from data.queries import among, batches, insert, queues
from data.tables import alerts, chats, messages, movements, watches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Movement

DROPPED_BY_REORG = "reorg"


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert about to be written; see ``data.model.Alert``."""

    chat_id: int
    topic_id: int
    movement: Movement
    watch_id: int
    others: tuple[tuple[int, int], ...]
    priority: Priority


def _alert(row: Any) -> Alert:
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
    )


async def write(connection: AsyncConnection, batch: Sequence[NewAlert], now: datetime) -> None:
    """Write alerts; one that exists for its (chain, transaction, chat, topic) stays as it is.

    Only one that a reorg had dropped unsent begins anew.
    """
    values = [
        {
            "chain": new.movement.block.chain,
            "tx_hash": new.movement.tx_hash,
            "chat_id": new.chat_id,
            "topic_id": new.topic_id,
            "movement_id": new.movement.id,
            "watch_id": new.watch_id,
            "others": [list(pair) for pair in new.others] or None,
            "priority": new.priority,
            "state": AlertState.PENDING,
            "created_at": now,
        }
        for new in batch
    ]
    if values:
        await connection.execute(_unless_there(insert(connection, alerts)), values)


def _unless_there(statement: Any) -> Any:
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["chain", "tx_hash", "chat_id", "topic_id"],
        set_={
            "movement_id": new.movement_id,
            "watch_id": new.watch_id,
            "others": new.others,
            "priority": new.priority,
            "state": new.state,
            "reason": None,
        },
        where=(alerts.c.state == AlertState.DROPPED) & (alerts.c.reason == DROPPED_BY_REORG),
    )


async def write_for_feeds(
    connection: AsyncConnection, movement: Movement, born: datetime, now: datetime
) -> None:
    """Write the alert of one movement for every feed whose threshold in USD it reaches.

    Feeds younger than ``born``, the moment the block came up, are passed over. Where several
    feeds of a chat hit, the alert names one that is not muted, so that delivery does not drop it.
    Without a price there is no alert.
    """
    if movement.usd is None:
        return
    chain = movement.block.chain
    heard = or_(watches.c.muted_until.is_(None), watches.c.muted_until <= now)
    takes_default = and_(watches.c.threshold_usd.is_(None), watches.c.threshold_units.is_(null()))
    source = (
        select(
            literal(chain),
            literal(movement.tx_hash, Bytes),
            watches.c.chat_id,
            watches.c.topic_id,
            literal(movement.id),
            func.coalesce(func.min(case((heard, watches.c.id))), func.min(watches.c.id)),
            literal(int(Priority.FEED)),
            literal(AlertState.PENDING.value),
            literal(now, UtcTime),
        )
        .join(chats, chats.c.id == watches.c.chat_id)
        .where(
            chats.c.state == ChatState.ACTIVE,
            watches.c.address.is_(None),
            or_(watches.c.chain == chain, watches.c.chain.is_(None)),
            or_(
                watches.c.threshold_usd <= movement.usd,
                and_(takes_default, chats.c.default_threshold_usd <= movement.usd),
            ),
            watches.c.created_at <= born,
        )
        .group_by(watches.c.chat_id, watches.c.topic_id)
    )
    columns = [
        "chain", "tx_hash", "chat_id", "topic_id", "movement_id", "watch_id", "priority", "state",
        "created_at",
    ]  # fmt: skip
    await connection.execute(_unless_there(insert(connection, alerts).from_select(columns, source)))


async def chats_with_pending(
    connection: AsyncConnection, movement_ids: Collection[int]
) -> list[tuple[int, Priority]]:
    """Chats that have a pending alert of these movements, each with its best priority."""
    urgent: dict[int, Priority] = {}
    for ids in batches(movement_ids):
        statement = (
            select(alerts.c.chat_id, func.min(alerts.c.priority))
            .where(
                among(connection, alerts.c.movement_id, ids), alerts.c.state == AlertState.PENDING
            )
            .group_by(alerts.c.chat_id)
        )
        for chat_id, best in await connection.execute(statement):
            urgent[chat_id] = min(Priority(best), urgent.get(chat_id, Priority(best)))
    return list(urgent.items())


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


async def _turn(
    connection: AsyncConnection,
    movement_ids: Collection[int],
    before: AlertState,
    after: AlertState,
) -> list[int]:
    touched: set[int] = set()
    for ids in batches(movement_ids):
        turned = await connection.execute(
            update(alerts)
            .where(alerts.c.movement_id.in_(ids), alerts.c.state == before)
            .values(state=after)
            .returning(alerts.c.message_id)
        )
        touched |= {row.message_id for row in turned if row.message_id is not None}
    edited: set[int] = set()
    for ids in batches(sorted(touched)):
        rows = await connection.execute(
            update(messages)
            .where(messages.c.id.in_(ids))
            .values(revision=messages.c.revision + 1)
            .returning(messages.c.chat_id)
        )
        edited |= {row.chat_id for row in rows}
    return sorted(edited)


async def pending(connection: AsyncConnection, chat_id: int, limit: int) -> list[Alert]:
    """The chat's oldest pending alerts whose block stands; orphaned ones wait their reorg out."""
    statement = (
        select(alerts)
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(
            alerts.c.chat_id == chat_id,
            alerts.c.state == AlertState.PENDING,
            movements.c.orphaned_until.is_(None),
        )
        .order_by(alerts.c.id)
        .limit(limit)
    )
    return [_alert(row) for row in await connection.execute(statement)]


async def of_message(connection: AsyncConnection, message_id: int) -> list[Alert]:
    """The alerts that one message shows."""
    statement = select(alerts).where(alerts.c.message_id == message_id).order_by(alerts.c.id)
    return [_alert(row) for row in await connection.execute(statement)]


async def sent(connection: AsyncConnection, ids: Collection[int], message_id: int) -> None:
    """These alerts are in that message now (our id).

    What a reorg dropped while it was on its way is retracted, and its message to be edited.
    """
    too_late = (alerts.c.state == AlertState.DROPPED) & (alerts.c.reason == DROPPED_BY_REORG)
    retracted = False
    for some in batches(ids):
        shown = update(alerts).where(alerts.c.id.in_(some))
        late = await connection.execute(
            shown.where(too_late).values(
                state=AlertState.RETRACTED, message_id=message_id, reason=None
            )
        )
        retracted = retracted or late.rowcount > 0
        await connection.execute(
            shown.where(alerts.c.state != AlertState.RETRACTED).values(
                state=AlertState.SENT, message_id=message_id, reason=None
            )
        )
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
            .where(alerts.c.id.in_(some), alerts.c.state == AlertState.PENDING)
            .values(state=AlertState.DROPPED, reason=reason)
        )


async def drop_all_of_chat(connection: AsyncConnection, chat_id: int, reason: str) -> None:
    """End everything pending of a chat that cannot be reached."""
    await connection.execute(
        update(alerts)
        .where(alerts.c.chat_id == chat_id, alerts.c.state == AlertState.PENDING)
        .values(state=AlertState.DROPPED, reason=reason)
    )


async def oldest_pending(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many alerts wait in the outbox, and since when the oldest does."""
    statement = select(func.count(), func.min(alerts.c.created_at)).where(
        alerts.c.state == AlertState.PENDING
    )
    number, oldest = (await connection.execute(statement)).one()
    return number, oldest
