"""The product on servers of its own, which can be killed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from data.redis_server import RedisServer
from tests.e2e.product import Product, open_product
from tests.servers.postgres import MortalPostgres
from tests.warm.process import Warm


@dataclass(slots=True)
class Ground:
    """The product on servers of its own; one thread starts them, with which they would end."""

    product: Product
    postgres: MortalPostgres
    valkey: RedisServer
    thread: ThreadPoolExecutor

    async def apart(self, work: Callable[[], object]) -> None:
        """Do what takes its time while both worlds go on."""
        await asyncio.get_running_loop().run_in_executor(self.thread, work)

    async def said_of(self, name: str) -> str:
        """The health check's word on a part, and what it says."""
        product = self.product
        _, out, _ = await product.warm.ended("check_health.py", "--json", env=product.environment)
        checks = json.loads(out)["checks"] if out else []
        found = [f"{one['verdict']}: {one['detail']}" for one in checks if one["name"] == name]
        return found[0] if found else ""

    async def says_of(self, name: str, words: str) -> None:
        """Wait until it says so."""

        async def said() -> bool:
            return words in await self.said_of(name)

        await self.product.until(said)


@asynccontextmanager
async def open_ground(folder: Path, warm: Warm) -> AsyncIterator[Ground]:
    """PostgreSQL and Valkey, running, and no process of the product's yet."""
    postgres = MortalPostgres()
    thread = ThreadPoolExecutor(1)
    try:
        with RedisServer(folder / "valkey") as valkey:
            url = postgres.create_database()
            async with open_product(folder, valkey.url, url, warm) as product:
                yield Ground(product, postgres, valkey, thread)
    finally:
        postgres.remove()
        thread.shutdown()
