"""Upkeep: periodic forgetting, so that the disk is bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from data.database import DATABASE_AWAY, plain_reason
from data.queries import retention

if TYPE_CHECKING:
    from data.database import Database
    from data.settings import Settings

log = structlog.get_logger(__name__)

FORGET_EVERY_MINUTES = 10


def upkeep(database: Database, settings: Settings) -> AsyncIOScheduler:
    """A scheduler, not yet started, that forgets what is older than its retention."""

    async def forget() -> None:
        now = datetime.now(UTC)
        patient = database.patient()
        try:
            async with patient.write() as connection:
                counts = await retention.forget(
                    connection,
                    movements_before=now - timedelta(hours=settings.keep_movements_hours),
                    alerts_before=now - timedelta(days=settings.keep_alerts_days),
                    gaps_before=now - timedelta(days=settings.keep_gaps_days),
                )
        except DATABASE_AWAY as error:
            log.warning("nothing was forgotten", error=plain_reason(error))
            return
        finally:
            await patient.close()
        if any(counts.values()):
            log.info("forgotten", **counts)

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        forget, "interval", minutes=FORGET_EVERY_MINUTES, max_instances=1, coalesce=True
    )
    return scheduler
