"""Nouns for the contract tests: the shortest way to a row of each table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.model import (
    BlockRef,
    Chat,
    ChatKind,
    Interest,
    Leg,
    Movement,
    MovementKind,
    Price,
    Priority,
    Shown,
)
from data.queries import alerts, chats, movements, retention
from data.queries.alerts import NewAlert, Touched
from data.queries.retention import ALERTS, GAPS, MESSAGES, MOVEMENTS, PURSUITS
from data.tables import chat_queues

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
DEFAULT = Decimal(100_000)
USDC = bytes.fromhex("a0" * 20)


def number(value: int, size: int) -> bytes:
    """An address (20) or a hash (32) that is told by its number."""
    return value.to_bytes(size, "big")


def address(value: int) -> bytes:
    return number(value, 20)


def ref(height: int, *, fork: int = 0, chain: str = "ethereum") -> BlockRef:
    """The block at a height of a branch; branches only differ in their hashes."""
    return BlockRef(
        chain,
        height,
        number(height * 1000 + fork, 32),
        number((height - 1) * 1000 + fork, 32),
        NOW + timedelta(seconds=12 * height),
    )


def movement(
    tx: int,
    *,
    of: int = 1,
    usd: int | str | None = 50_000,
    block: BlockRef | None = None,
    legs: Sequence[Leg] | None = None,
) -> Movement:
    """USDC received in transaction ``tx`` by address number ``of``, worth ``usd``."""
    if legs is None:
        price = None if usd is None else Price(Decimal(usd), "chainlink", NOW)
        legs = [Leg(USDC, "USDC", 6, 1_000_000, price)]
    return Movement(
        block=block or ref(100),
        tx_hash=number(tx, 32),
        tx_index=3,
        address=address(of),
        kind=MovementKind.RECEIVE,
        legs=tuple(legs),
        counterparty=address(77),
        signed=False,
    )


async def a_chat(connection: AsyncConnection, chat_id: int = 1) -> Chat:
    return await chats.meet(connection, chat_id, ChatKind.PRIVATE, DEFAULT, NOW)


async def stored(connection: AsyncConnection, *batch: Movement) -> list[Movement]:
    return await movements.store(connection, batch)


async def alerted(
    connection: AsyncConnection,
    chat_id: int,
    moved: Movement,
    *,
    topic: int = 0,
    watch: int = 1,
    others: tuple[tuple[int, int], ...] = (),
    priority: Priority = Priority.WATCH,
    now: datetime = NOW,
) -> None:
    """Write one alert about a stored movement."""
    new = NewAlert(chat_id, topic, moved, watch, others, priority)
    await alerts.write(connection, [new], now)


def key(moved: Movement) -> int:
    """The id of a stored movement."""
    assert moved.id is not None
    return moved.id


async def queued(connection: AsyncConnection, touched: Touched) -> list[tuple[int, Priority]]:
    """The chats that are queued for what was touched, and how urgent they are."""
    await connection.execute(delete(chat_queues))
    number = await alerts.enqueue(connection, touched)
    columns = (chat_queues.c.chat_id, chat_queues.c.priority)
    rows = (await connection.execute(select(*columns).order_by(chat_queues.c.chat_id))).all()
    assert len(rows) == number
    return [(row.chat_id, Priority(row.priority)) for row in rows]


async def queued_for(connection: AsyncConnection, ids: Iterable[int]) -> list[tuple[int, Priority]]:
    """The chats that are queued when alerts about these movements were written."""
    return await queued(connection, alerts.Touched(written=frozenset(ids)))


def shown(moved: Movement, about: Interest = Interest.TRANSFER) -> Shown:
    """What feeds show of a transaction whose block has just come up."""
    return Shown(moved, about, NOW)


async def forget(connection: AsyncConnection, before: datetime, piece: int = 2) -> dict[str, int]:
    """What is older than that goes, a few rows at a time; how many of each table went."""
    counts = {}
    for shelf in (ALERTS, MESSAGES, MOVEMENTS, PURSUITS, GAPS):
        counts[shelf.table.name], after = 0, 0
        while True:
            cleared = await retention.clear(connection, shelf, before, after, piece)
            counts[shelf.table.name] += cleared.rows
            if cleared.after is None:
                break
            after = cleared.after
    counts["unverified_blocks"] = await retention.clear_unverified(connection, before)
    return counts
