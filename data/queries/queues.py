"""Queues: which chats have something to send, and which worker is at it.

A row's version grows with every alert written for the chat. A worker reads it with its lease
and deletes the row only at that version: what came meanwhile keeps the row alive.

Of chats that are alike urgent the one that waits longest goes first; but a chat that has much to be
told is begun earlier, by as long as its own rate takes for that: else everything of all the others
has gone while it still has a minute before it. This head start is two minutes at most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, case, delete, func, or_, select, update

from data.columns import DatabaseNow, Sooner
from data.model import AlertState, Priority
from data.queries import insert_on
from data.tables import alerts, chat_queues, messages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class ChatLease:
    """One worker's short right to a chat; ``version`` is the queue's when it was leased.

    ``rank``: of chats that are alike urgent the lowest goes first.
    """

    chat_id: int
    owner: str
    version: int
    rank: float = 0.0


_PRIVATE_SECONDS, _GROUP_SECONDS = 1, 3
"""What a message takes at a chat's own rate; Telegram's ids of groups and channels are below 0."""
MOST_HEAD_START = timedelta(minutes=2)
_MOST_AHEAD = MOST_HEAD_START // timedelta(seconds=1)


async def enqueue(connection: AsyncConnection, rows: Iterable[tuple[int, Priority]]) -> None:
    """Chats have something new to send, each as much as it has rows here; a chat that is queued
    becomes more urgent, never less."""
    best: dict[int, Priority] = {}
    ahead: Counter[int] = Counter()
    for chat_id, priority in rows:
        best[chat_id] = min(priority, best.get(chat_id, priority))
        ahead[chat_id] += _PRIVATE_SECONDS if chat_id > 0 else _GROUP_SECONDS
    if not best:
        return
    # in the order of ids, so that two writers never lock each other's rows crosswise
    await connection.execute(
        _enqueue(connection.dialect.name),
        [
            {"chat_id": chat, "priority": best[chat], "ahead": min(ahead[chat], _MOST_AHEAD)}
            for chat in sorted(best)
        ],
    )


@cache
def _enqueue(dialect: str) -> Any:
    base = insert_on(dialect, chat_queues)
    more_urgent = case(
        (base.excluded.priority < chat_queues.c.priority, base.excluded.priority),
        else_=chat_queues.c.priority,
    )
    stands = chat_queues.c.start_by
    earlier = stands - (DatabaseNow() - base.excluded.start_by)
    most = DatabaseNow(-MOST_HEAD_START)
    return base.values(
        due_at=DatabaseNow(),
        version=1,
        start_by=Sooner(DatabaseNow(), bindparam("ahead", type_=Integer)),
    ).on_conflict_do_update(
        index_elements=["chat_id"],
        set_={
            "priority": more_urgent,
            "version": chat_queues.c.version + 1,
            "start_by": case((earlier > most, earlier), (stands > most, most), else_=stands),
        },
    )


async def lease(
    connection: AsyncConnection, owner: str, duration: timedelta, limit: int
) -> list[ChatLease]:
    """Take up to ``limit`` chats that are due and nobody's, the most urgent first."""
    free = or_(chat_queues.c.lease_until.is_(None), chat_queues.c.lease_until < DatabaseNow())
    due = (
        select(chat_queues.c.chat_id)
        .where(chat_queues.c.due_at <= DatabaseNow(), free)
        .order_by(chat_queues.c.priority, chat_queues.c.start_by)
        .limit(limit)
    )
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    # a CTE is read once; a subquery may be read again for every row, past its limit
    taken = due.cte("due")
    statement = (
        update(chat_queues)
        .where(chat_queues.c.chat_id.in_(select(taken.c.chat_id)))
        .values(lease_owner=owner, lease_until=DatabaseNow(duration))
        .returning(
            chat_queues.c.chat_id,
            chat_queues.c.version,
            chat_queues.c.priority,
            chat_queues.c.start_by,
        )
    )
    found = (await connection.execute(statement)).all()
    rows = sorted(found, key=lambda row: (row.priority, row.start_by))
    return [
        ChatLease(row.chat_id, owner, row.version, rank=row.start_by.timestamp()) for row in rows
    ]


async def renew(connection: AsyncConnection, held: ChatLease, duration: timedelta) -> bool:
    """Keep a chat a while longer; False when the lease ran out and someone else took it."""
    result = await connection.execute(
        update(chat_queues)
        .where(chat_queues.c.chat_id == held.chat_id, chat_queues.c.lease_owner == held.owner)
        .values(lease_until=DatabaseNow(duration))
    )
    return result.rowcount > 0


async def release(connection: AsyncConnection, held: ChatLease, again_in: timedelta) -> None:
    """Give a chat back that still has something to send, due after a pause.

    Chats that never come to an end must not keep the others back: their head start is limited.
    """
    most = DatabaseNow(again_in - MOST_HEAD_START)
    stands = chat_queues.c.start_by
    await connection.execute(
        update(chat_queues)
        .where(chat_queues.c.chat_id == held.chat_id, chat_queues.c.lease_owner == held.owner)
        .values(
            lease_owner=None,
            lease_until=None,
            due_at=DatabaseNow(again_in),
            start_by=case((stands < most, most), else_=stands),
        )
    )


async def finish(connection: AsyncConnection, held: ChatLease) -> None:
    """Nothing is left to send; if something came meanwhile, the chat is due again at once."""
    gone = await connection.execute(
        delete(chat_queues).where(
            chat_queues.c.chat_id == held.chat_id,
            chat_queues.c.lease_owner == held.owner,
            chat_queues.c.version == held.version,
        )
    )
    if gone.rowcount == 0:
        await connection.execute(
            update(chat_queues)
            .where(chat_queues.c.chat_id == held.chat_id, chat_queues.c.lease_owner == held.owner)
            .values(lease_owner=None, lease_until=None, start_by=DatabaseNow())
        )


async def repair(connection: AsyncConnection) -> int:
    """Queue every chat that has something to send but no row; how many there were.

    Nothing in the code leaves such a chat behind; a database restored by hand may.
    """
    queued = select(chat_queues.c.chat_id)
    waiting = (
        select(alerts.c.chat_id, func.min(alerts.c.priority).label("priority"))
        .where(alerts.c.state == AlertState.PENDING, alerts.c.chat_id.not_in(queued))
        .group_by(alerts.c.chat_id)
    )
    stale = select(messages.c.chat_id).where(
        messages.c.revision > messages.c.shown_revision, messages.c.chat_id.not_in(queued)
    )
    rows = [(row.chat_id, Priority(row.priority)) for row in await connection.execute(waiting)]
    rows += [(row.chat_id, Priority.EDIT) for row in await connection.execute(stale.distinct())]
    await enqueue(connection, rows)
    return len({chat_id for chat_id, _ in rows})
