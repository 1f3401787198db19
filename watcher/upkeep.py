"""Upkeep: periodic forgetting, so that the disk is bounded."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from data.database import DATABASE_AWAY, plain_reason
from data.queries import retention
from data.queries.retention import ALERTS, BROADCASTS, GAPS, MESSAGES, MOVEMENTS, PURSUITS
from data.together import heed_cancellation

if TYPE_CHECKING:
    from data.database import Database
    from data.settings import Settings

log = structlog.get_logger(__name__)

FORGET_EVERY_MINUTES = 10


def upkeep(database: Database, settings: Settings) -> AsyncIOScheduler:
    """A scheduler, not yet started, that forgets what is older than its retention."""

    async def go() -> None:
        now = datetime.now(UTC)
        patient = database.patient()
        try:
            counts = await forget(
                patient,
                movements_before=now - timedelta(hours=settings.keep_movements_hours),
                alerts_before=now - timedelta(days=settings.keep_alerts_days),
                gaps_before=now - timedelta(days=settings.keep_gaps_days),
            )
        except DATABASE_AWAY as error:
            log.warning("forgetting ended early", error=plain_reason(error))
            return
        finally:
            await patient.close()
        if any(counts.values()):
            log.info("forgotten", **counts)

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(go, "interval", minutes=FORGET_EVERY_MINUTES, max_instances=1, coalesce=True)
    return scheduler


async def forget(
    database: Database,
    *,
    movements_before: datetime,
    alerts_before: datetime,
    gaps_before: datetime,
    piece: int = retention.PIECE,
) -> dict[str, int]:
    """Delete what is older than its time; how many rows of each table went.

    A transaction for each piece, and a pause as long as it took: others write at least half of the
    time, also where there is one writer at a time.
    """
    counts: dict[str, int] = {}
    for shelf, before in (
        (ALERTS, alerts_before),
        (MESSAGES, alerts_before),
        (MOVEMENTS, movements_before),
        (PURSUITS, alerts_before),
        (BROADCASTS, alerts_before),
        (GAPS, gaps_before),
    ):
        counts[shelf.table.name] = 0
        after: int | None = 0
        while after is not None:
            heed_cancellation()
            begun = time.monotonic()
            async with database.write() as connection:
                cleared = await retention.clear(connection, shelf, before, after, piece)
            counts[shelf.table.name] += cleared.rows
            after = cleared.after
            if after is not None:
                await asyncio.sleep(time.monotonic() - begun)
    async with database.write() as connection:
        counts["unverified_blocks"] = await retention.clear_unverified(connection, gaps_before)
        counts["shares"] = await retention.clear_shares(connection)
    return counts
