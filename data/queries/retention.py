"""What is forgotten, and when: everything has an end, so that the disk is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from data.model import AlertState
from data.tables import alerts, coverage_gaps, messages, movements, pursuits, unverified_blocks

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


_WAITING = (AlertState.PENDING, AlertState.HELD)


async def forget(
    connection: AsyncConnection,
    *,
    movements_before: datetime,
    alerts_before: datetime,
    gaps_before: datetime,
) -> dict[str, int]:
    """Delete what is older than its time; how many rows of each table went.

    A movement stays as long as an alert tells of its transaction (an alert's further matches
    stand in no foreign key), and an alert as long as it waits.
    """
    has_alert = exists(
        select(1).where(
            alerts.c.chain == movements.c.chain, alerts.c.tx_hash == movements.c.tx_hash
        )
    )
    has_message = exists(select(1).where(alerts.c.message_id == messages.c.id))
    counts: dict[str, int] = {}
    for table, condition in (
        (alerts, (alerts.c.created_at < alerts_before) & alerts.c.state.not_in(_WAITING)),
        (messages, (messages.c.sent_at < alerts_before) & ~has_message),
        (movements, (movements.c.block_time < movements_before) & ~has_alert),
        (pursuits, pursuits.c.asked_at < alerts_before),
        (coverage_gaps, coverage_gaps.c.opened_at < gaps_before),
        (unverified_blocks, unverified_blocks.c.seen_at < gaps_before),
    ):
        counts[table.name] = (await connection.execute(delete(table).where(condition))).rowcount
    return counts
