"""Nouns for the contract tests: the shortest way to a row of each table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

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
from data.queries import alerts, chats, movements
from data.queries.alerts import NewAlert

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


def shown(moved: Movement, about: Interest = Interest.TRANSFER) -> Shown:
    """What feeds show of a transaction whose block has just come up."""
    return Shown(moved, about, NOW)
