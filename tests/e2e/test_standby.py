"""Two watchers on one PostgreSQL: one follows, the other stands by, whatever the first meets."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from data.database import Database
from data.model import AlertState, ChatKind
from data.queries import chats, leases, watches
from data.tables import alerts as alert_table
from tests.e2e.product import WATCHED, Product, open_product
from tests.warm.process import Warm

TAKEOVER = 15.0
"""Seconds, with the lease that is the default."""
CHAT = 7


class Pair:
    """The processes by name, and what they wrote."""

    def __init__(self, product: Product, database: Database) -> None:
        self.product = product
        self.database = database
        self.paid: list[bytes] = []

    async def start(self, name: str, **environment: str) -> None:
        """Returns when the process is up, following or standing by."""
        path = self.product.log.with_name(f"{name}.log")
        with path.open("wb") as log:
            self.product.processes[name] = await self.product.warm.start(
                "watcher", env=self.product.environment | environment, stdout=log, stderr=log
            )

        async def up() -> bool:
            return "started" in path.read_text(errors="replace")

        await self.product.until(up)

    def pay(self) -> bytes:
        paid = bytes.fromhex(self.product.pay(200_000 + len(self.paid))[2:])
        self.paid.append(paid)
        return paid

    async def alerts(self) -> Counter[bytes]:
        statement = select(alert_table.c.tx_hash).where(alert_table.c.state == AlertState.PENDING)
        async with self.database.read() as connection:
            return Counter((await connection.execute(statement)).scalars())

    async def alerted(self, paid: bytes) -> None:
        async def there() -> bool:
            return (await self.alerts())[paid] > 0

        await self.product.until(there)

    async def epoch(self) -> int:
        async with self.database.read() as connection:
            held = await leases.holder(connection, "bsc")
        return held[1] if held else 0


@pytest.fixture
async def pair(
    tmp_path: Path, redis_url: str, migrated_postgres: str, warm: Warm
) -> AsyncIterator[Pair]:
    database = Database(migrated_postgres)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    async with database.write() as connection:
        await chats.meet(connection, CHAT, ChatKind.PRIVATE, Decimal(100_000), long_ago)
        await watches.add(connection, CHAT, now=long_ago, address=bytes.fromhex(WATCHED[2:]))
    try:
        async with open_product(tmp_path, redis_url, migrated_postgres, warm) as product:
            yield Pair(product, database)
    finally:
        await database.close()


async def test_a_standby_takes_over_soon_after_a_kill(pair: Pair) -> None:
    del pair.product.environment["CHAIN_LEASE_FOR"]
    await pair.start("first")
    await pair.product.caught_up()
    await pair.start("second")
    await pair.alerted(pair.pay())

    await pair.product.kill("first")
    killed = time.monotonic()
    await pair.alerted(pair.pay())
    took = time.monotonic() - killed

    print(f"taken over after {took:.1f} s")
    assert took < TAKEOVER
    assert await pair.alerts() == Counter(pair.paid)


async def test_a_watcher_that_was_frozen_and_replaced_changes_nothing(pair: Pair) -> None:
    await pair.start("first")
    await pair.product.caught_up()
    await pair.start("second")
    following, standing_by = "first", "second"
    for _ in range(3):
        for _ in range(5):
            pair.pay()  # so that it is frozen at work
            await asyncio.sleep(0.02)
        epoch = await pair.epoch()
        frozen = pair.product.processes[following]
        frozen.send_signal(signal.SIGSTOP)
        await pair.alerted(pair.pay())
        replaced = await pair.epoch()
        assert replaced > epoch

        frozen.send_signal(signal.SIGCONT)
        for _ in range(5):
            await pair.alerted(pair.pay())
        assert await pair.epoch() == replaced
        following, standing_by = standing_by, following

    assert await pair.alerts() == Counter(pair.paid)
    assert set((await pair.product.stop()).values()) == {0}
