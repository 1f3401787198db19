"""The product as its real processes, between a simulated Telegram and a simulated chain."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from data.database import Database
from data.queries import alerts
from data.redis.connection import open_redis
from data.redis.published import chain_status
from sandbox.chain import ChainSandbox, bsc_spec
from sandbox.telegram import Limits, TelegramSandbox
from sandbox.telegram.chats import Chat
from sandbox.telegram.messages import Message
from tests.warm.process import Process, Warm

DEADLINE = 60.0
"""Seconds. Generous: it bounds a hang, it measures nothing."""

WATCHED = "0x" + "a1" * 20
STRANGER = "0x" + "b2" * 20
USDT = 10**18
"""USDT has 18 decimals on BSC."""

# what a killed process held must run out within a test
QUICK = {
    "CHAIN_LEASE_FOR": "2",
    "CHAT_LEASE_FOR": "2",
    "SEND_LEASE_FOR": "3",
    "RPC_TIMEOUT": "3",
    "BACKOFF_FIRST": "0.1",
    "BACKOFF_LONGEST": "0.5",
}


@dataclass(slots=True)
class Product:
    """Both worlds and the processes between them, started and killed by name."""

    telegram: TelegramSandbox
    chain: ChainSandbox
    chat: Chat
    environment: dict[str, str]
    log: Path
    warm: Warm
    processes: dict[str, Process] = field(default_factory=dict)

    async def start(self, *names: str) -> None:
        """Start ``watcher`` or ``bot``; returns when they do their work."""
        for name in names:
            with self.log.open("ab") as log:
                self.processes[name] = await self.warm.start(
                    name, env=self.environment, stdout=log, stderr=log
                )
        if "bot" in names:
            await self.telegram.wait_for_polling(DEADLINE)
        if "watcher" in names:
            await self.caught_up()

    async def kill(self, name: str) -> None:
        """SIGKILL, as for want of memory."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async def stop(self) -> dict[str, int]:
        """SIGTERM to all; their exit statuses."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE):
            statuses = {name: await one.wait() for name, one in self.processes.items()}
        self.processes.clear()
        return statuses

    async def say(self, text: str) -> Message:
        """Type something into the chat; the bot's answer."""
        after = max((m.message_id for m in self.telegram.messages(self.chat.id)), default=0)
        self.telegram.send_text(self.chat.id, text)
        return (await self.see(after=after))[0]

    async def see(
        self, containing: str | None = None, count: int = 1, after: int = 0
    ) -> list[Message]:
        """Wait for messages of the bot's."""
        return await self.telegram.wait_for_messages(
            self.chat.id, count, DEADLINE, containing, after
        )

    def alerts(self, containing: str) -> list[Message]:
        """The messages that are alerts (they link a transaction) and hold the text."""
        return [
            message
            for message in self.telegram.bot_messages(self.chat.id)
            if containing in message.text
            and any("/tx/" in str(entity) for entity in message.entities)
        ]

    def pay(self, units: int, recipient: str = WATCHED) -> str:
        """Mine a payment of whole USDT to the watched wallet; its transaction hash."""
        return self.chain.chain.transfer_erc20("USDT", STRANGER, recipient, units * USDT).tx_hash

    async def caught_up(self) -> None:
        """Wait until the alerts of the chain's newest block are in the outbox."""

        async def at_head() -> bool:
            return await self._cursor() == self.chain.chain.head.number

        await self.until(at_head)

    async def delivered(self) -> None:
        """Wait until nothing is in the outbox: what was sent is on record, too."""
        database = Database(self.environment["DATABASE_URL"])

        async def empty() -> bool:
            async with database.read() as connection:
                return (await alerts.oldest_pending(connection))[0] == 0

        try:
            await self.until(empty)
        finally:
            await database.close()

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait for something that nobody announces."""
        async with asyncio.timeout(DEADLINE):
            while not await condition():  # noqa: ASYNC110 - the process is another one
                await asyncio.sleep(0.05)

    async def _cursor(self) -> int | None:
        redis = open_redis(self.environment["REDIS_URL"])
        try:
            status = await chain_status(redis, self.chain.chain.spec.name)
        finally:
            await redis.aclose()
        return status.cursor if status else None


@asynccontextmanager
async def open_product(
    folder: Path,
    redis_url: str,
    database_url: str,
    warm: Warm,
    *,
    nodes: int = 2,
    limits: Limits | None = None,
) -> AsyncIterator[Product]:
    """The two worlds, with one person and no process yet. On failure the log is shown."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramSandbox(limits=limits or Limits.none()))
        person = telegram.create_user("Ada")
        chat = telegram.create_private_chat(person.id)
        chain = await stack.enter_async_context(ChainSandbox(bsc_spec(), nodes=nodes))
        environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "CHAINS": "bsc",
            "BSC_RPC_URLS": ",".join(chain.rpc_urls),
            "PRICE_API_URL": chain.prices_url,
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "LOG_LEVEL": "DEBUG",
        } | QUICK
        product = Product(telegram, chain, chat, environment, folder / "product.log", warm)
        try:
            yield product
        except BaseException:
            if product.log.exists():
                print(product.log.read_text(errors="replace")[-20_000:])
            raise
        finally:
            for process in product.processes.values():
                if process.returncode is None:
                    process.kill()
                    await process.wait()
