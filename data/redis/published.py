"""What the processes publish for each other and the health check, stamped by who wrote it.

Keys: ``published:chain:{chain}`` → JSON of ChainStatus, from the watcher; ``published:bot`` →
JSON of BotStatus, and ``published:delivery`` → JSON of DeliveryStatus, from the bot. Nothing
expires: an old stamp is the sign of a process that stands still.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from data.redis.away import RedisAway

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from data.model import Chain

_BOT = "published:bot"
_DELIVERY = "published:delivery"
HOUR_AND_DAY = timedelta(hours=1), timedelta(days=1)
SEEING = frozenset({"following", "catching up"})
"""States in which a chain's blocks come in."""
SILENT = timedelta(seconds=60)
"""The watcher's loop writes every second or two; a minute without is a standstill."""


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One node as the watcher sees it; ``name`` never holds a key.

    ``state``: ready, waiting (rate limited), breaker open, ejected (it lies or lags), quarantined
    (its configuration is wrong).
    """

    name: str
    state: str
    head: int | None
    latency_ms: int | None
    calls: int
    faults: int
    reason: str | None = None
    plan: str | None = None
    """How blocks are fetched from it: receipts, logs, filtered logs, heads only; None: unknown."""
    bytes_per_day: int | None = None
    """Received in the last 24 hours, projected from what there is of them."""


class ChainStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One chain's progress. ``written_at`` is set by the loop that does the work, when it has
    made a round; ``state``: following, catching up, blind (no node answers), stuck
    (no round comes to its end), latched, no database, failing, paused (an operator wants it so).
    """

    chain: str
    state: str
    written_at: datetime
    head: int | None
    cursor: int | None
    cursor_time: datetime | None
    nodes: tuple[NodeStatus, ...]
    reason: str | None = None
    safe: int | None = None
    finalized: int | None = None
    open_gaps: int = 0
    unseen_blocks: int = 0
    """In the open gaps; what was seen in part is not among them."""
    bytes_per_day: int | None = None
    """Of all nodes together."""


class BotStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The bot's progress. ``written_at`` is set by the polling loop each time Telegram answered
    it; ``last_update_at`` when it last brought something. ``trouble`` says what Telegram does
    instead of answering; it is asked again at ``tries_again_at``."""

    written_at: datetime
    username: str
    polling_since: datetime
    last_update_at: datetime | None = None
    paused_until: datetime | None = None
    """Telegram asked the bot to send nothing until then."""
    paused_chats: int = 0
    """How many chats it asked to leave alone,"""
    chats_paused_until: datetime | None = None
    """the last of them until then."""
    trouble: str | None = None
    tries_again_at: datetime | None = None


class DeliveryStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How delivery stands. ``written_at`` is set by the loop that leases chats, when it has made a
    round.

    ``chats`` counts all chats by their state. ``last_hour`` and ``last_day`` count what happened,
    over all processes, by the names of ``bot.delivery.events``; some also as ``name: reason``.
    """

    written_at: datetime
    pending: int
    pending_since: datetime | None
    deferred: int = 0
    """Alerts that wait for the end of quiet hours, or a digest; they are not ``pending``."""
    chats_waiting: int
    chats: dict[str, int]
    last_hour: dict[str, int]
    last_day: dict[str, int]

    def reasons(self, name: str) -> list[tuple[str, int]]:
        """Why something happened in the last day, the most frequent first."""
        prefix = f"{name}: "
        found = [
            (key.removeprefix(prefix), number)
            for key, number in self.last_day.items()
            if key.startswith(prefix)
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _key(chain: str) -> str:
    return f"published:chain:{chain}"


async def publish(redis: Redis, status: ChainStatus) -> None:
    """Replace what is published of a chain."""
    await redis.set(_key(status.chain), msgspec.json.encode(status).decode())


async def chain_status(redis: Redis, chain: str) -> ChainStatus | None:
    """What was last published of a chain; None if nothing ever was, or nothing legible."""
    text = await redis.get(_key(chain))
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=ChainStatus)
    except msgspec.MsgspecError:
        return None


async def unseen_chains(redis: Redis, chains: Iterable[Chain], now: datetime) -> list[str]:
    """The titles of those that nobody sees just now: no node of theirs answers, or no watcher
    runs. Empty when Redis cannot be asked."""
    unseen = []
    with suppress(RedisAway, OSError):
        for chain in chains:
            status = await chain_status(redis, chain.name)
            if status is None or status.state not in SEEING or now - status.written_at > SILENT:
                unseen.append(chain.title)
    return unseen


async def publish_bot(redis: Redis, status: BotStatus) -> None:
    """Replace what is published of the bot."""
    await redis.set(_BOT, msgspec.json.encode(status).decode())


async def bot_status(redis: Redis) -> BotStatus | None:
    """What the bot last published; None if it never did, or nothing legible."""
    text = await redis.get(_BOT)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=BotStatus)
    except msgspec.MsgspecError:
        return None


async def publish_delivery(redis: Redis, status: DeliveryStatus) -> None:
    """Replace what is published of delivery."""
    await redis.set(_DELIVERY, msgspec.json.encode(status).decode())


async def delivery_status(redis: Redis) -> DeliveryStatus | None:
    """How delivery last stood; None if it never said, or nothing legible."""
    text = await redis.get(_DELIVERY)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=DeliveryStatus)
    except msgspec.MsgspecError:
        return None
