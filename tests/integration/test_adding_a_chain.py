"""A chain that nobody built in: the documented table, and nothing else, makes it followed."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from data.chains import load_chain
from data.database import Database
from data.model import AlertState, ChatKind
from data.queries import chats, cursors, watches
from data.settings import load_settings
from data.tables import alerts, movements
from sandbox.chain import ChainSandbox, hexes, spec_of
from watcher.wiring import run_watcher

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-chain.md"
WHALE, FRIEND = "0x" + "a1" * 20, "0x" + "b0" * 20
CHAT = 7
DEADLINE = 60.0


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The table of the documentation, in a folder of the operator's own."""
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path / "chains"
    folder.mkdir()
    path = folder / "orcanet.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
async def database(migrated_sqlite: str) -> Database:
    opened = Database(migrated_sqlite)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    async with opened.write() as connection:
        await chats.meet(connection, CHAT, ChatKind.PRIVATE, Decimal(100_000), long_ago)
        await watches.add(connection, CHAT, now=long_ago, address=bytes.fromhex(WHALE[2:]))
    return opened


async def test_the_documented_table_is_enough_to_be_alerted(
    table: Path,
    database: Database,
    migrated_sqlite: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = spec_of(load_chain(table), block_time=0.3)
    async with ChainSandbox(spec, nodes=2, auto_mine=True, transactions=3) as sandbox:
        for name, value in {
            "CHAINS_DIR": str(table.parent),
            "CHAINS": "orcanet",
            "ORCANET_RPC_URLS": ",".join(sandbox.rpc_urls),
            "PRICE_API_URL": sandbox.prices_url,
            "DATABASE_URL": migrated_sqlite,
            "REDIS_URL": redis_url,
        }.items():
            monkeypatch.setenv(name, value)
        stopping = asyncio.Event()
        watcher = asyncio.create_task(run_watcher(load_settings(), stopping))
        try:
            async with asyncio.timeout(DEADLINE):
                await followed(database, watcher)
                paid = sandbox.chain.transfer(FRIEND, WHALE, 50_000 * 10**18, mine=False)
                state, chain, usd = await alerted(database, watcher, paid.tx_hash)
        finally:
            stopping.set()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(watcher, 20)
            await database.close()

    assert (state, chain) == (AlertState.PENDING, "orcanet")
    assert usd > 500_000  # at the invented price of the chain's own feed


async def followed(database: Database, watcher: asyncio.Task[None]) -> None:
    """Wait until the chain has a cursor."""
    while True:
        async with database.read() as connection:
            if await cursors.get(connection, "orcanet") is not None:
                return
        await still_running(watcher)


async def alerted(
    database: Database, watcher: asyncio.Task[None], tx_hash: str
) -> tuple[str, str, Decimal]:
    """Wait for the alert of a transaction: its state, its chain, and what it was worth."""
    statement = (
        select(alerts.c.state, alerts.c.chain, movements.c.usd)
        .join(movements, movements.c.id == alerts.c.movement_id)
        .where(alerts.c.tx_hash == hexes.word(tx_hash), alerts.c.chat_id == CHAT)
    )
    while True:
        async with database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is not None:
            return row.state, row.chain, row.usd
        await still_running(watcher)


async def still_running(watcher: asyncio.Task[None]) -> None:
    """A moment later; what ended the watcher is raised here."""
    done, _ = await asyncio.wait({watcher}, timeout=0.1)
    if done:
        await watcher
        pytest.fail("the watcher ended before its time")
