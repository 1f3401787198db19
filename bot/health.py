"""What ``/status`` tells, as plain values: read from what was published and from the database."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from data.queries import alerts, cursors, gaps
from data.redis import published
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chain, CoverageGap, Settled
    from data.redis.published import ChainStatus, DeliveryStatus

SILENT_AFTER = timedelta(seconds=60)
"""The watcher's loop writes every second or two; a minute without is a standstill."""


@dataclass(frozen=True, slots=True)
class ChainHealth:
    """One chain. ``progress`` is the writer's own stamp of the last round or cursor move,
    ``moved`` that of the last cursor move alone. ``gaps`` are the open ones, and those that were
    closed in the last day; ``unverified`` counts that day's blocks.
    """

    chain: Chain
    published: ChainStatus | None
    cursor: int | None
    progress: datetime | None
    moved: datetime | None
    running: bool
    gaps: tuple[CoverageGap, ...]
    unverified: int
    settled: Settled

    @property
    def behind(self) -> int | None:
        """Blocks between the head and the cursor."""
        head = self.published.head if self.published else None
        return None if head is None or self.cursor is None else max(0, head - self.cursor)


@dataclass(frozen=True, slots=True)
class Health:
    """All chains, and the outbox. ``redis`` tells whether what is published could be read;
    ``delivery`` is the operator's to see.
    """

    chains: tuple[ChainHealth, ...]
    redis: bool
    pending: int
    pending_since: datetime | None
    delivery: DeliveryStatus | None = None


async def blocks_until_safe(context: Context) -> dict[str, int]:
    """By chain: how far the safe block is behind the head now; by the chain's table else."""
    depths = {chain.name: chain.finality.safe_depth for chain in context.chains}
    with suppress(RedisAway, OSError):
        for name in depths:
            status = await published.chain_status(context.redis, name)
            if status and status.head is not None and status.safe is not None:
                depths[name] = max(1, status.head - status.safe)
    return depths


async def read_health(context: Context) -> Health:
    """Ask the database and Redis, never a node."""
    now = context.clock()
    statuses: dict[str, ChainStatus | None] = {}
    redis, delivery = True, None
    try:
        delivery = await published.delivery_status(context.redis)
        for chain in context.chains:
            statuses[chain.name] = await published.chain_status(context.redis, chain.name)
    except (RedisAway, OSError):
        redis = False
    async with context.database.read() as connection:
        moved = await cursors.updated_at(connection)
        pending, since = await alerts.oldest_pending(connection)
        kept = {chain.name: await _kept(connection, chain.name, now) for chain in context.chains}
    chains = []
    for chain in context.chains:
        status = statuses.get(chain.name)
        number, _, moved_at = moved.get(chain.name, (None, None, None))
        stamps = [stamp for stamp in (status and status.written_at, moved_at) if stamp]
        progress = max(stamps, default=None)
        running = progress is not None and now - progress <= SILENT_AFTER
        chains.append(
            ChainHealth(chain, status, number, progress, moved_at, running, *kept[chain.name])
        )
    return Health(tuple(chains), redis, pending, since, delivery)


async def _kept(
    connection: AsyncConnection, chain: str, now: datetime
) -> tuple[tuple[CoverageGap, ...], int, Settled]:
    """What the database knows of a chain's gaps, doubts, and safe and finalized blocks."""
    a_day_ago = now - timedelta(days=1)
    found = await gaps.open_or_closed_since(connection, chain, a_day_ago)
    unverified = await gaps.count_unverified(connection, chain, a_day_ago)
    return tuple(found), unverified, await cursors.settled(connection, chain)
