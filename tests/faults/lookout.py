"""The real watcher over a simulated chain: real HTTP, a real database file, a real Redis."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import NamedTuple

import pytest
from sqlalchemy import select

from data.chains import known_chains
from data.database import Database
from data.model import AlertState, Chain, ChatKind, Finality, UsdThreshold
from data.queries import chats, cursors, watches
from data.redis.connection import open_redis
from data.redis.published import chain_status
from data.settings import Settings
from data.tables import alerts as alert_table
from data.tables import legs as leg_table
from sandbox.chain import ChainSandbox, NoiseSpec, bsc_spec
from watcher import fill, wiring
from watcher.evm import abilities

CHAIN = "bsc"
WATCHED, STRANGER = "0x" + "a1" * 20, "0x" + "b2" * 20
ADDRESS_CHAT, FEED_CHAT = 7, 8
UNIT = 10**18
DEADLINE = 40.0
"""Seconds. Generous: it bounds a hang, it measures nothing."""

BLOCK_TIME = 0.05
RETRACT_AFTER = 2
DEPTHS = 12, 24
"""Safe and finalized."""
LIVE = {AlertState.PENDING.value, AlertState.SENT.value}

QUICK = {
    "rpc_timeout": 1.0,
    "breaker_faults": 3,
    "breaker_open_for": 0.5,
    "quarantine_for": 0.5,
    "backoff_first": 0.05,
    "backoff_longest": 0.2,
    "chain_lease_for": 5,
}


def quick_chains() -> dict[str, Chain]:
    """The chain's row, with blocks that come faster, so that it is asked more often."""
    quick = {"block_time": BLOCK_TIME, "retract_after": RETRACT_AFTER}
    return {CHAIN: replace(known_chains()[CHAIN], **quick, finality=Finality(*DEPTHS))}


def quick_sandbox(nodes: int = 2) -> ChainSandbox:
    """Blocks are mined on demand; what is finalized lies deeper than any fork of the tests."""
    spec = bsc_spec(block_time=BLOCK_TIME, noise=NoiseSpec(whale_share=0))
    safe, finalized = DEPTHS
    return ChainSandbox(replace(spec, safe_depth=safe, finalized_depth=finalized), nodes=nodes)


class Told(NamedTuple):
    """That a chat is to be told of a payment."""

    tx_hash: str
    chat: int
    amount: int


@dataclass(slots=True)
class Lookout:
    """A chat that watches an address, and one that watches the whole chain for what is huge."""

    sandbox: ChainSandbox
    settings: Settings
    database: Database
    paid: dict[str, int] = field(default_factory=dict)
    _amounts: count[int] = field(default_factory=lambda: count(300_000_000))
    _parties: count[int] = field(default_factory=lambda: count(10**30))

    async def prepare(self) -> None:
        """Write the chats and their watches."""
        long_ago = datetime.now(UTC) - timedelta(days=1)
        huge = UsdThreshold(Decimal(100_000_000))
        async with self.database.write() as connection:
            for chat in (ADDRESS_CHAT, FEED_CHAT):
                await chats.meet(connection, chat, ChatKind.PRIVATE, Decimal(100_000), long_ago)
            address = bytes.fromhex(WATCHED[2:])
            await watches.add(connection, ADDRESS_CHAT, now=long_ago, address=address)
            await watches.add(connection, FEED_CHAT, now=long_ago, chain=CHAIN, threshold=huge)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """The watcher, as `python -m watcher` runs it."""
        stopping = asyncio.Event()
        running = asyncio.create_task(wiring.run_watcher(self.settings, stopping))
        try:
            yield
            assert not running.done(), running.exception()
        finally:
            stopping.set()
            await running

    def pay(self) -> str:
        """A block whose last transaction is a payment of 300 million; the transaction's hash.

        Before it come small payments of others: a log that is left out, told twice or in another's
        place is the payment's.
        """
        chain = self.sandbox.chain
        for number in range(3):
            party = f"0x{next(self._parties):040x}"
            chain.transfer_erc20("USDT", party, STRANGER, (number + 1) * UNIT, mine=False)
        amount = next(self._amounts)
        made = chain.transfer_erc20("USDT", STRANGER, WATCHED, amount * UNIT, mine=False)
        chain.mine()
        self.paid[made.tx_hash] = amount
        return made.tx_hash

    def canonical(self) -> set[str]:
        """The payments that are on the chain now."""
        return {tx_hash for tx_hash in self.paid if self.is_paid(tx_hash)}

    async def alerts(self) -> Counter[Told]:
        """The live alerts: how many there are of each transaction, chat and amount of USDT."""
        alert, leg = alert_table.c, leg_table.c
        statement = (
            select(alert.tx_hash, alert.chat_id, leg.amount)
            .join(leg_table, leg.movement_id == alert.movement_id, isouter=True)
            .where(alert.state.in_(LIVE))
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return Counter(Told("0x" + tx.hex(), chat, amount // UNIT) for tx, chat, amount in rows)

    async def cursor(self) -> tuple[int, str] | None:
        """The last block whose alerts are in the database: height and hash."""
        async with self.database.read() as connection:
            found = await cursors.get(connection, CHAIN)
        return (found.number, "0x" + found.hash.hex()) if found else None

    async def begun(self) -> None:
        """Wait until the watcher has noted where it begins."""

        async def there() -> bool:
            return await self.cursor() is not None

        await self._until(there, "the watcher has not begun")

    async def at_head(self) -> None:
        """Wait until the chain's newest block is done."""
        head = self.sandbox.chain.head

        async def there() -> bool:
            return await self.cursor() == (head.number, "0x" + head.hash.hex())

        await self._until(there, "the cursor is not at the head")

    def is_paid(self, tx_hash: str) -> bool:
        """Whether a payment is on the chain now."""
        return self.sandbox.chain.find(tx_hash) is not None

    async def hesitated(self) -> None:
        """Give the watcher the time to reach the head, if it can within a moment."""
        head = self.sandbox.chain.head.number
        with suppress(TimeoutError):
            async with asyncio.timeout(random.random()):
                while not await self._is_at(head):  # noqa: ASYNC110 - it lies in a database
                    await asyncio.sleep(0.02)

    async def somewhere_at(self, number: int) -> None:
        """Wait until the cursor is at that height, on whatever branch."""

        async def there() -> bool:
            return await self._is_at(number)

        await self._until(there, f"the cursor is not at {number}")

    async def stumbled(self) -> None:
        """Wait until the watcher says that it is blind."""
        redis = open_redis(self.settings.redis)

        async def there() -> bool:
            status = await chain_status(redis, CHAIN)
            return status is not None and status.state == "blind"

        try:
            await self._until(there, "the watcher does not say that it is blind")
        finally:
            await redis.aclose()

    async def told(self, *tx_hashes: str) -> None:
        """Wait until both chats are to be told of these transactions."""
        wanted = self._wanted(tx_hashes)

        async def there() -> bool:
            return wanted <= await self.alerts()

        await self._until(there, "alerts are missing")

    async def settled(self) -> None:
        """Wait until the live alerts are those of the chain, each once."""
        wanted = self._wanted(self.canonical())

        async def there() -> bool:
            return await self.alerts() == wanted

        await self._until(there, "the alerts are not those of the chain")

    async def _is_at(self, number: int) -> bool:
        cursor = await self.cursor()
        return cursor is not None and cursor[0] >= number

    def _wanted(self, tx_hashes: Iterable[str]) -> Counter[Told]:
        return Counter(
            Told(tx_hash, chat, self.paid[tx_hash])
            for tx_hash in tx_hashes
            for chat in (ADDRESS_CHAT, FEED_CHAT)
        )

    async def _until(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        try:
            async with asyncio.timeout(DEADLINE):
                while not await condition():  # noqa: ASYNC110 - what is awaited lies in a database
                    await asyncio.sleep(0.02)
        except TimeoutError:
            alerts, wanted = await self.alerts(), self._wanted(self.canonical())
            pytest.fail(
                f"{what}: head {self.sandbox.chain.head.number}, cursor {await self.cursor()},"
                f" missing {self._places(wanted - alerts)},"
                f" too many {self._places(alerts - wanted)}",
                pytrace=False,
            )

    def _places(self, alerts: Counter[Told]) -> list[tuple[int, int, int, int]]:
        """Block, chat and amount, and how many times."""
        found = {told: self.sandbox.chain.find(told.tx_hash) for told in alerts}
        return sorted(
            (mined.block_number if mined else 0, told.chat, told.amount, alerts[told])
            for told, mined in found.items()
        )


@asynccontextmanager
async def opened_lookout(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, nodes: int = 2
) -> AsyncIterator[Lookout]:
    """A lookout over a migrated database; its first node is asked first."""
    monkeypatch.setattr(Settings, "known_chains", quick_chains())
    # what the nodes could not do is tried again, and so are gaps, sooner than in a minute
    monkeypatch.setattr(abilities, "STRUCK_FOR", 1.0)
    monkeypatch.setattr(fill, "FIRST_PAUSE", 1.0)
    database = Database(database_url)
    try:
        async with quick_sandbox(nodes) as sandbox:
            monkeypatch.setenv(f"{CHAIN.upper()}_RPC_URLS", ",".join(sandbox.rpc_urls))
            settings = Settings(
                _env_file=None,
                redis_url=redis_url,
                database_url=database_url,
                chains=(CHAIN,),
                price_api_url="",
                **QUICK,
            )
            made = Lookout(sandbox, settings, database)
            await made.prepare()
            yield made
    finally:
        await database.close()
