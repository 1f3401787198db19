"""Every built-in chain at its own pace, followed by one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from data.chains import known_chains
from data.database import Database
from data.model import ChatKind
from data.queries import chats, cursors, watches
from data.settings import load_settings
from data.tables import alerts
from sandbox.chain import ChainSandbox, chain_spec, hexes
from watcher.wiring import run_watcher

WHALE, FRIEND = "0x" + "a1" * 20, "0x" + "b0" * 20
CHAT = 7
DEADLINE = 120.0
NAMES = sorted(known_chains())


@pytest.fixture
async def sandboxes() -> AsyncIterator[dict[str, ChainSandbox]]:
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(
                ChainSandbox(chain_spec(name), nodes=1, auto_mine=True, transactions=2)
            )
            for name in NAMES
        }


async def test_one_process_alerts_from_all_of_them(
    sandboxes: dict[str, ChainSandbox],
    migrated_sqlite: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAINS", ",".join(NAMES))
    monkeypatch.setenv("DATABASE_URL", migrated_sqlite)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("PRICE_API_URL", sandboxes["ethereum"].prices_url)
    for name, sandbox in sandboxes.items():
        monkeypatch.setenv(f"{name.upper()}_RPC_URLS", ",".join(sandbox.rpc_urls))
    database = Database(migrated_sqlite)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    async with database.write() as connection:
        await chats.meet(connection, CHAT, ChatKind.PRIVATE, Decimal(100_000), long_ago)
        await watches.add(connection, CHAT, now=long_ago, address=hexes.address(WHALE))
    stopping = asyncio.Event()
    watcher = asyncio.create_task(run_watcher(load_settings(), stopping))
    try:
        async with asyncio.timeout(DEADLINE):
            while await begun(database) != set(NAMES):
                await still_running(watcher)
            paid = {name: pay(sandbox) for name, sandbox in sandboxes.items()}
            while await alerted(database) != paid:
                await still_running(watcher)
    finally:
        stopping.set()
        await asyncio.wait_for(watcher, 20)
        await database.close()


def pay(sandbox: ChainSandbox) -> bytes:
    """Five million dollars to the watched wallet, in the next block; the transaction's hash."""
    chain = sandbox.chain
    value = int(5_000_000 / chain.spec.native_usd) * 10**18
    return hexes.word(chain.transfer(FRIEND, WHALE, value, mine=False).tx_hash)


async def begun(database: Database) -> set[str]:
    """Which chains have a cursor."""
    async with database.read() as connection:
        return set(await cursors.updated_at(connection))


async def alerted(database: Database) -> dict[str, bytes]:
    """Which transaction each chain has an alert of; there is none twice."""
    async with database.read() as connection:
        rows = (await connection.execute(select(alerts.c.chain, alerts.c.tx_hash))).all()
    assert len({row.chain for row in rows}) == len(rows)
    return {row.chain: row.tx_hash for row in rows}


async def still_running(watcher: asyncio.Task[None]) -> None:
    """A moment later; what ended the watcher is raised here."""
    done, _ = await asyncio.wait({watcher}, timeout=0.2)
    if done:
        await watcher
        pytest.fail("the watcher ended before its time")
