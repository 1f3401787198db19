"""From "the alert is in the outbox" to "it is at the Bot API", with nothing else waiting.

``python -m bench.alerting [--alerts 300] [--json]``. One alert after another is committed and the
bot is woken, as the watcher does it; a real delivery sends it over HTTP to the sandbox's Telegram,
on SQLite and on PostgreSQL. Counted from the commit to the moment at which the request is made.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import SendMessage

from bench.ground import postgres_url
from bench.report import Promise, print_report
from bench.senders import WALLET, movement
from bot.delivery import Delivery
from data.database import Database
from data.logging import set_up_logging
from data.migrate import migrate
from data.model import ChatKind, Priority
from data.queries import alerts, chats, movements, queues, watches
from data.redis.connection import open_redis
from data.redis.wake import wake
from data.settings import load_settings
from sandbox.telegram import TelegramSandbox
from tests.servers.valkey import running_valkey

if TYPE_CHECKING:
    from redis.asyncio import Redis

WARM_UP = 10
_PAUSES = (0.05, 0.11, 0.23)
"""Seconds between alerts, in turn: never in step with anything."""
_PATIENCE = 30.0


class _Session(AiohttpSession):
    """Notes when a message is handed over."""

    def __init__(self, api: TelegramAPIServer) -> None:
        super().__init__(api=api)
        self.sent_at: dict[int, float] = {}
        self.sent = asyncio.Condition()

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage):
            self.sent_at[int(method.chat_id)] = time.perf_counter()
            async with self.sent:
                self.sent.notify_all()
        return await super().make_request(bot, method, timeout)


async def measure(url: str, valkey: str, number: int) -> list[float]:
    """Seconds from commit to request, alert by alert. Raises TimeoutError when one is not sent."""
    settings = load_settings(_env_file=None)
    redis, database = open_redis(valkey), Database(url)
    try:
        await redis.flushall()
        await migrate(database)
        async with TelegramSandbox() as telegram:
            people = [telegram.create_user(f"Reader {n}").id for n in range(number + WARM_UP)]
            for person in people:
                telegram.create_private_chat(person)
            session = _Session(TelegramAPIServer.from_base(telegram.url))
            bot, stopping = Bot(telegram.token, session=session), asyncio.Event()
            delivery = Delivery(bot, database, redis, settings, "bench", listeners=())
            watched = {person: await _watch(database, person) for person in people}
            running = asyncio.ensure_future(delivery.run(stopping))
            try:
                found = [
                    await _one(database, redis, session, person, watched[person], position)
                    for position, person in enumerate(people)
                ]
            finally:
                stopping.set()
                await running
                await bot.session.close()
            return found[WARM_UP:]
    finally:
        await redis.aclose()
        await database.close()


async def _watch(database: Database, chat_id: int) -> int:
    now = datetime.now(UTC)
    async with database.write() as connection:
        await chats.meet(connection, chat_id, ChatKind.PRIVATE, Decimal(100_000), now)
        return (await watches.add(connection, chat_id, now=now, address=WALLET)).id


async def _one(
    database: Database, redis: Redis, session: _Session, chat_id: int, watch_id: int, number: int
) -> float:
    await asyncio.sleep(_PAUSES[number % len(_PAUSES)])
    now = datetime.now(UTC)
    async with database.write() as connection:
        (stored,) = await movements.store(connection, [movement(number, now)])
        new = alerts.NewAlert(chat_id, 0, stored, watch_id, (), Priority.WATCH)
        await alerts.write(connection, [new], now)
        await queues.enqueue(connection, [(chat_id, Priority.WATCH)])
    committed = time.perf_counter()
    await wake(redis)
    async with asyncio.timeout(_PATIENCE), session.sent:
        await session.sent.wait_for(lambda: chat_id in session.sent_at)
    # who polls just at that moment may be faster than we are told of the commit
    return max(0.0, session.sent_at[chat_id] - committed)


def main() -> int:
    """Both databases, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    set_up_logging("ERROR", "console")
    with running_valkey() as valkey, TemporaryDirectory() as folder, postgres_url() as postgres:
        urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/bench.db", "PostgreSQL": postgres}
        found = {
            name: asyncio.run(measure(url, valkey, chosen.alerts)) for name, url in urls.items()
        }
    promises, lines, rows = [], [], []
    for name, seconds in found.items():
        p50, p99 = 1000 * median(seconds), 1000 * quantiles(seconds, n=100)[-1]
        lines.append(f"{name:<10}  {len(seconds):,} alerts  p50 {p50:.0f} ms  p99 {p99:.0f} ms")
        rows.append({"database": name, "alerts": len(seconds), "p50": p50, "p99": p99})
        promises.append(Promise(f"{name}, p50 in ms", p50, at_most=100))
        promises.append(Promise(f"{name}, p99 in ms", p99, at_most=500))
    print_report("alerting", promises, lines, {"rows": rows}, as_json=chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
