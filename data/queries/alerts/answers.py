"""Answers: which alerts a reorg took back without anybody having told the chat so by an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from data.model import AlertState
from data.queries import batches
from data.queries.alerts.outbox import alert_of
from data.tables import alerts

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert


async def taken_back(connection: AsyncConnection, message_ids: Collection[int]) -> list[Alert]:
    """Of these messages' alerts those that were taken back and of which no answer told yet."""
    found: list[Alert] = []
    for ids in batches(message_ids):
        statement = select(alerts).where(
            alerts.c.message_id.in_(ids),
            alerts.c.state == AlertState.RETRACTED,
            alerts.c.answered_at.is_(None),
        )
        rows = await connection.execute(statement.order_by(alerts.c.id))
        found += [alert_of(row) for row in rows]
    return found


async def answered(connection: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """An answer told the chat that these were taken back: there is no second one."""
    for some in batches(ids):
        await connection.execute(
            update(alerts)
            .where(alerts.c.id.in_(some), alerts.c.answered_at.is_(None))
            .values(answered_at=now)
        )
