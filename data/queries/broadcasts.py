"""Broadcasts: what an operator tells everybody, and what became of it in each chat.

A worker leases a few rows, and whoever is killed leaves them to be leased again; that nobody is
told twice is the claims' business.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, literal_column, or_, select, update

from data.columns import DatabaseNow
from data.model import (
    Broadcast,
    BroadcastState,
    ChatState,
    Level,
    Reach,
    SendState,
    language_of,
)
from data.queries import insert
from data.tables import broadcast_sends, broadcasts, chats

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

# written out, because neither database uses a partial index for a parameter for sure
_IS_WAITING: ColumnElement[bool] = broadcast_sends.c.state == literal_column(
    f"'{SendState.WAITING.value}'"
)
_MAY_HEAR = and_(
    chats.c.state == ChatState.ACTIVE, chats.c.level.not_in([Level.BLOCKED, Level.GUEST])
)
_ENDED = (BroadcastState.DONE, BroadcastState.STOPPED)


def _broadcast(row: Any) -> Broadcast:
    return Broadcast(
        id=row.id,
        chat_id=row.chat_id,
        html=row.html,
        state=BroadcastState(row.state),
        created_at=row.created_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        shown_in=row.shown_in,
    )


async def draft(connection: AsyncConnection, chat_id: int, html: str, now: datetime) -> Broadcast:
    """What an operator wrote, and nobody is told yet."""
    statement = (
        insert(connection, broadcasts)
        .values(chat_id=chat_id, html=html, state=BroadcastState.DRAFT, created_at=now)
        .returning(broadcasts)
    )
    return _broadcast((await connection.execute(statement)).one())


async def get(connection: AsyncConnection, broadcast_id: int) -> Broadcast | None:
    """One broadcast, None if it is forgotten."""
    statement = select(broadcasts).where(broadcasts.c.id == broadcast_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _broadcast(row)


async def reach(connection: AsyncConnection) -> Reach:
    """Whom a broadcast would go to now; reads all chats."""
    statement = (
        select(chats.c.kind, chats.c.language, chats.c.telegram_language, func.count().label("n"))
        .where(_MAY_HEAR)
        .group_by(chats.c.kind, chats.c.language, chats.c.telegram_language)
    )
    kinds: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for row in await connection.execute(statement):
        kinds[row.kind] += row.n
        languages[row.language or language_of(row.telegram_language).value] += row.n
    return Reach(kinds, languages)


async def begin(
    connection: AsyncConnection, broadcast_id: int, shown_in: int, now: datetime
) -> bool:
    """Tell it to everybody who may hear it now; False unless it was a draft until now.

    ``shown_in`` is Telegram's id of the message that tells how far it is.
    """
    begun = await connection.execute(
        update(broadcasts)
        .where(broadcasts.c.id == broadcast_id, broadcasts.c.state == BroadcastState.DRAFT)
        .values(state=BroadcastState.SENDING, begun_at=now, shown_in=shown_in)
    )
    if begun.rowcount == 0:
        return False
    everybody = select(
        literal(broadcast_id),
        chats.c.id,
        literal(SendState.WAITING.value),
        DatabaseNow(),
    ).where(_MAY_HEAR)
    columns = ["broadcast_id", "chat_id", "state", "due_at"]
    await connection.execute(insert(connection, broadcast_sends).from_select(columns, everybody))
    return True


async def end(
    connection: AsyncConnection, broadcast_id: int, state: BroadcastState, now: datetime
) -> bool:
    """Cancel a draft, or stop what is being sent; False where it is neither any more."""
    before = BroadcastState.DRAFT if state is BroadcastState.CANCELLED else BroadcastState.SENDING
    ended = await connection.execute(
        update(broadcasts)
        .where(broadcasts.c.id == broadcast_id, broadcasts.c.state == before)
        .values(state=state, ended_at=now)
    )
    return ended.rowcount > 0


async def lease(
    connection: AsyncConnection, duration: timedelta, limit: int
) -> list[tuple[Broadcast, int]]:
    """Take up to so many chats that are due, of the oldest broadcast that is being sent."""
    free = or_(
        broadcast_sends.c.lease_until.is_(None), broadcast_sends.c.lease_until < DatabaseNow()
    )
    sending = broadcasts.c.state == BroadcastState.SENDING
    oldest = select(broadcasts).where(sending).order_by(broadcasts.c.id)
    for row in (await connection.execute(oldest)).all():
        due = (
            select(broadcast_sends.c.chat_id)
            .where(
                broadcast_sends.c.broadcast_id == row.id,
                _IS_WAITING,
                broadcast_sends.c.due_at <= DatabaseNow(),
                free,
            )
            # all begin with the same time: any further order would have all of them sorted
            .order_by(broadcast_sends.c.due_at)
            .limit(limit)
        )
        if connection.dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        # a CTE is read once; a subquery may be read again for every row, past its limit
        taken = due.cte("due")
        statement = (
            update(broadcast_sends)
            .where(
                broadcast_sends.c.broadcast_id == row.id,
                broadcast_sends.c.chat_id.in_(select(taken.c.chat_id)),
            )
            .values(lease_until=DatabaseNow(duration))
            .returning(broadcast_sends.c.chat_id)
        )
        found = sorted((await connection.execute(statement)).scalars())
        if found:
            return [(_broadcast(row), chat_id) for chat_id in found]
    return []


async def is_sending(connection: AsyncConnection, broadcast_id: int) -> bool:
    """Whether nobody stopped it."""
    statement = select(broadcasts.c.state).where(broadcasts.c.id == broadcast_id)
    state = (await connection.execute(statement)).scalar_one_or_none()
    return state == BroadcastState.SENDING


async def settle(
    connection: AsyncConnection,
    broadcast_id: int,
    chat_id: int,
    state: SendState,
    reason: str | None = None,
) -> None:
    """It has ended so in that chat."""
    await connection.execute(
        update(broadcast_sends)
        .where(broadcast_sends.c.broadcast_id == broadcast_id, broadcast_sends.c.chat_id == chat_id)
        .values(state=state, reason=reason, lease_until=None)
    )


async def put_off(
    connection: AsyncConnection, broadcast_id: int, chat_id: int, again_in: timedelta
) -> None:
    """Give a chat back: it is due again after a pause."""
    await connection.execute(
        update(broadcast_sends)
        .where(
            broadcast_sends.c.broadcast_id == broadcast_id,
            broadcast_sends.c.chat_id == chat_id,
            _IS_WAITING,
        )
        .values(lease_until=None, due_at=DatabaseNow(again_in))
    )


async def counts(connection: AsyncConnection, broadcast_id: int) -> dict[SendState, int]:
    """What became of it so far, in how many chats."""
    statement = (
        select(broadcast_sends.c.state, func.count().label("number"))
        .where(broadcast_sends.c.broadcast_id == broadcast_id)
        .group_by(broadcast_sends.c.state)
    )
    return {SendState(row.state): int(row.number) for row in await connection.execute(statement)}


async def end_those_done(connection: AsyncConnection, now: datetime) -> None:
    """What waits in no chat any more is done."""
    waits = select(broadcast_sends.c.chat_id).where(
        broadcast_sends.c.broadcast_id == broadcasts.c.id, _IS_WAITING
    )
    await connection.execute(
        update(broadcasts)
        .where(broadcasts.c.state == BroadcastState.SENDING, ~waits.exists())
        .values(state=BroadcastState.DONE, ended_at=now)
    )


async def to_show(
    connection: AsyncConnection, now: datetime, every: timedelta, again: timedelta
) -> list[Broadcast]:
    """Those whose operator is to be told how far they are, each of them taken by who asks: nobody
    else gets it before ``every`` has passed. Those that have ended come until ``summed_up``, after
    ``again``."""

    def untold_for(span: timedelta) -> ColumnElement[bool]:
        return or_(broadcasts.c.shown_at.is_(None), broadcasts.c.shown_at <= now - span)

    goes_on = broadcasts.c.state == BroadcastState.SENDING
    has_ended = and_(broadcasts.c.state.in_(_ENDED), ~broadcasts.c.summed_up)
    due = or_(and_(goes_on, untold_for(every)), and_(has_ended, untold_for(again)))
    statement = update(broadcasts).where(due).values(shown_at=now).returning(broadcasts)
    return [_broadcast(row) for row in await connection.execute(statement)]


async def summed_up(connection: AsyncConnection, broadcast_id: int) -> None:
    """Its operator knows what became of it."""
    await connection.execute(
        update(broadcasts).where(broadcasts.c.id == broadcast_id).values(summed_up=True)
    )


async def are_any(connection: AsyncConnection) -> bool:
    """Whether one is being sent, or is not summed up."""
    open_ones = select(broadcasts.c.id).where(
        or_(
            broadcasts.c.state == BroadcastState.SENDING,
            and_(broadcasts.c.state.in_(_ENDED), ~broadcasts.c.summed_up),
        )
    )
    return (await connection.execute(open_ones.limit(1))).first() is not None


async def move(connection: AsyncConnection, old: int, new: int) -> None:
    """What waits for a group waits for the supergroup that it became, unless that has its own."""
    theirs = broadcast_sends.alias()
    has = (
        select(theirs.c.chat_id)
        .where(theirs.c.chat_id == new, theirs.c.broadcast_id == broadcast_sends.c.broadcast_id)
        .exists()
    )
    mine = and_(broadcast_sends.c.chat_id == old, _IS_WAITING)
    await connection.execute(
        update(broadcast_sends).where(mine, ~has).values(chat_id=new, lease_until=None)
    )
    await connection.execute(
        update(broadcast_sends)
        .where(mine)
        .values(state=SendState.LOST, reason="it became another chat", lease_until=None)
    )
