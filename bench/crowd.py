"""Chats with watches by the million, as a popular instance has them.

Most watch addresses that move nothing in the blocks of a bench. Every hundredth address of the
chain's population is watched by five chats, with thresholds from $10,000 to $1,000,000, and some
chats have a feed: an alert or two is written for every block.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bench.ground import run
from bench.node import POPULATION, SEED
from data.database import Database
from data.model import ChatKind, ChatState, Direction
from data.queries.bulk import insert_all
from data.tables import chats, watches
from sandbox.chain.population import people

if TYPE_CHECKING:
    from collections.abc import Iterator


FEEDS = 10
WATCHES_PER_CHAT = 10
_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
_EVERY = 100
_FANS = 5
_ROWS = 20_000
_THRESHOLDS = (None, Decimal(10_000), None, Decimal(1_000_000), None, Decimal(250_000))


def watched_addresses(count: int) -> Iterator[bytes]:
    """So many addresses to watch: the known ones first, and strangers from there on."""
    known = [
        address for address in people(SEED, POPULATION)[_EVERY // 2 :: _EVERY] for _ in range(_FANS)
    ]
    yield from known[:count]
    for number in range(len(known), count):
        # spread over the whole index, as addresses are
        yield (number * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276B % 2**160).to_bytes(20)


def filled(url: str, count: int) -> str:
    """Fill a migrated database; its URL."""

    async def go() -> None:
        database = Database(url)
        await fill(database, count)
        if database.kind == "postgresql":
            async with database.write() as connection:
                await connection.execute(text("ANALYZE"))
        await database.close()

    run(go())
    return url


async def fill(database: Database, count: int) -> None:
    """That many watches of a tenth as many chats, and the feeds."""
    total = max(FEEDS, count // WATCHES_PER_CHAT)
    await insert(database, chats, (chat_row(number) for number in range(1, total + 1)))
    addresses = enumerate(watched_addresses(count))
    await insert(database, watches, (_watch(*each, total) for each in addresses))
    feeds = (_watch(count + number, None, total) for number in range(FEEDS))
    await insert(database, watches, feeds)


async def insert(database: Database, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Rows, so many in a transaction that none is long."""
    while some := list(islice(rows, _ROWS)):
        async with database.write() as connection:
            await insert_all(connection, table, some)


def chat_row(number: int) -> dict[str, Any]:
    """A private chat of long ago."""
    return {
        "id": number,
        "kind": ChatKind.PRIVATE,
        "state": ChatState.ACTIVE,
        "default_threshold_usd": Decimal(100_000),
        "created_at": _LONG_AGO,
    }


def _watch(number: int, address: bytes | None, chats_in_all: int) -> dict[str, Any]:
    return {
        "chat_id": number % chats_in_all + 1,
        "number": number // chats_in_all + 1,
        "topic_id": 0,
        "chain": None,
        "address": address,
        "direction": Direction.BOTH,
        "threshold_usd": Decimal(1_000_000) if address is None else _THRESHOLDS[number % 6],
        "created_at": _LONG_AGO,
    }
