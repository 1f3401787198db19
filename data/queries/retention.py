"""What is forgotten, and when: everything has an end, so that the disk is bounded.

Large tables are gone through in pieces, by id: each is a short transaction, which holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, select

from data.columns import DatabaseNow
from data.model import AlertState, BroadcastState
from data.tables import (
    alerts,
    broadcasts,
    coverage_gaps,
    messages,
    movements,
    pursuits,
    shares,
    unverified_blocks,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


PIECE = 2_000
"""Rows that are looked at in one transaction."""
_WAITING = (AlertState.PENDING, AlertState.HELD, AlertState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table whose rows have a time at which they begin to age, and what may go of it.

    Ids rise with that time, all but a few that were late: these go when their neighbours are old.
    """

    table: Table
    time: Column[Any]
    may_go: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows went, and the id from which on older ones may follow; None at the end."""

    rows: int
    after: int | None


# a movement stays as long as an alert tells of its transaction (an alert's further matches stand in
# no foreign key), a message as long as it has an alert, and an alert as long as it waits
ALERTS = Shelf(alerts, alerts.c.created_at, alerts.c.state.not_in(_WAITING))
MESSAGES = Shelf(
    messages,
    messages.c.sent_at,
    ~exists(select(1).where(alerts.c.message_id == messages.c.id)),
)
MOVEMENTS = Shelf(
    movements,
    movements.c.block_time,
    ~exists(
        select(1).where(
            alerts.c.chain == movements.c.chain, alerts.c.tx_hash == movements.c.tx_hash
        )
    ),
)
PURSUITS = Shelf(pursuits, pursuits.c.asked_at)
BROADCASTS = Shelf(
    broadcasts, broadcasts.c.created_at, broadcasts.c.state != BroadcastState.SENDING
)
GAPS = Shelf(coverage_gaps, coverage_gaps.c.opened_at)


async def clear(
    connection: AsyncConnection, shelf: Shelf, before: datetime, after: int = 0, piece: int = PIECE
) -> Cleared:
    """Look at so many rows that follow an id, and delete what is older than its time."""
    key = shelf.table.c.id
    some = select(key, shelf.time.label("time")).where(key > after).order_by(key).limit(piece)
    seen = some.subquery("seen")
    found = await connection.execute(
        select(func.count(), func.max(seen.c.id), func.min(seen.c.time))
    )
    number, last, oldest = found.one()
    if number == 0 or oldest >= before:
        return Cleared(0, None)
    old = and_(key > after, key <= last, shelf.time < before)
    if shelf.may_go is not None:
        old &= shelf.may_go
    gone = (await connection.execute(delete(shelf.table).where(old))).rowcount
    return Cleared(gone, last if number == piece else None)


async def clear_unverified(connection: AsyncConnection, before: datetime) -> int:
    """Delete doubts about blocks that are older than that; there are few. How many went."""
    old = unverified_blocks.c.seen_at < before
    return (await connection.execute(delete(unverified_blocks).where(old))).rowcount


async def clear_shares(connection: AsyncConnection) -> int:
    """Delete what is behind links that have expired; there are few. How many went."""
    old = shares.c.expires_at < DatabaseNow()
    return (await connection.execute(delete(shares).where(old))).rowcount
