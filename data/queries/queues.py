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

from sqlalchemy import (
    Integer,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from data.columns import DatabaseNow, Sooner
from data.model import AlertState, Priority
from data.queries import insert_on
from data.tables import alerts, chat_queues, chats, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    priority: Priority = Priority.ANSWER
    """the most urgent that it was queued for"""


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


async def enqueue_from(
    connection: AsyncConnection, concerned: Any, given: Mapping[str, Any]
) -> int:
    """As ``enqueue``, for the chats of a query of ``chat_id`` and ``priority``, in which a chat may
    come many times; how many chats they are. ``given`` are the query's parameters."""
    statement = _enqueue_from(connection.dialect.name, concerned)
    return (await connection.execute(statement, given)).rowcount


@cache
def _enqueue(dialect: str) -> Any:
    start_by = Sooner(DatabaseNow(), bindparam("ahead", type_=Integer))
    statement = insert_on(dialect, chat_queues)
    return _most_urgent(statement.values(due_at=DatabaseNow(), version=1, start_by=start_by))


@cache
def _enqueue_from(dialect: str, concerned: Any) -> Any:
    rows = concerned.subquery("concerned")
    urgent = select(
        rows.c.chat_id, func.min(rows.c.priority).label("priority"), func.count().label("much")
    )
    best = urgent.group_by(rows.c.chat_id).subquery("best")
    ahead = best.c.much * case((best.c.chat_id > 0, _PRIVATE_SECONDS), else_=_GROUP_SECONDS)
    columns = {
        "chat_id": best.c.chat_id,
        "priority": best.c.priority,
        "start_by": Sooner(DatabaseNow(), case((ahead < _MOST_AHEAD, ahead), else_=_MOST_AHEAD)),
        "due_at": DatabaseNow(),
        "version": literal(1),
    }
    # in the order of ids, as above; SQLite takes ON CONFLICT after a SELECT only with a WHERE
    found = select(*columns.values()).where(literal(True)).order_by(best.c.chat_id)
    statement = _most_urgent(insert_on(dialect, chat_queues).from_select(list(columns), found))
    return statement.execution_options(preserve_rowcount=True)


def _most_urgent(statement: Any) -> Any:
    """A row that exists becomes more urgent, never less."""
    new = statement.excluded
    more_urgent = case(
        (new.priority < chat_queues.c.priority, new.priority), else_=chat_queues.c.priority
    )
    stands = chat_queues.c.start_by
    earlier = stands - (DatabaseNow() - new.start_by)
    most = DatabaseNow(-MOST_HEAD_START)
    return statement.on_conflict_do_update(
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
        ChatLease(row.chat_id, owner, row.version, row.start_by.timestamp(), Priority(row.priority))
        for row in rows
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


async def is_leased(connection: AsyncConnection, chat_id: int) -> bool:
    """Whether a worker is at a chat just now; if not, none begins before this transaction ends.

    On PostgreSQL lock the chat first: whoever writes alerts takes both in that order.
    """
    statement = select(chat_queues.c.lease_until, DatabaseNow().label("now")).where(
        chat_queues.c.chat_id == chat_id
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    row = (await connection.execute(statement)).one_or_none()
    return row is not None and row.lease_until is not None and row.lease_until > row.now


async def is_idle(connection: AsyncConnection) -> bool:
    """Whether no chat is due or leased: nobody waits for anything but the clock."""
    due = select(chat_queues.c.chat_id).where(chat_queues.c.due_at <= DatabaseNow()).limit(1)
    return (await connection.execute(due)).first() is None


async def repair(connection: AsyncConnection) -> int:
    """Queue every chat that has something to send but no row; how many there were.

    Nothing in the code leaves such a chat behind; a database restored by hand may.
    """
    return await enqueue_from(connection, _unqueued(), {})


@cache
def _unqueued() -> Any:
    missing = ~exists().where(chat_queues.c.chat_id == alerts.c.chat_id)
    # written out, or PostgreSQL may read the whole table rather than the index of what is pending
    waits = alerts.c.state == literal_column(f"'{AlertState.PENDING.value}'")
    waiting = select(alerts.c.chat_id, alerts.c.priority).where(waits, missing)
    missing = ~exists().where(chat_queues.c.chat_id == messages.c.chat_id)
    stale = select(messages.c.chat_id, literal(int(Priority.EDIT)).label("priority")).where(
        messages.c.revision > messages.c.shown_revision, missing
    )
    missing = ~exists().where(chat_queues.c.chat_id == alerts.c.chat_id)
    later = alerts.c.state == literal_column(f"'{AlertState.DEFERRED.value}'")
    # nobody looks at what is deferred in a chat where nothing says when
    deferred = (
        select(alerts.c.chat_id, literal(int(Priority.DIGEST)).label("priority"))
        .distinct()
        .join(chats, chats.c.id == alerts.c.chat_id)
        .where(later, chats.c.digest_due.is_(None), missing)
    )
    return union_all(waiting, stale, deferred)
