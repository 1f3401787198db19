"""What the log calls an error comes to whoever runs the bot, without what nobody may read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from redis.asyncio import Redis

from data.faults import MOST_KINDS, Faults, faults
from data.logging import set_up_logging
from data.model import Fault
from data.redis.connection import open_redis
from data.redis.faults import OTHER, add, read

TOKEN = "123456789:" + "x" * 35
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture
def log() -> Iterator[structlog.stdlib.BoundLogger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logging("INFO", "console", [TOKEN])
    faults.taken()
    yield structlog.get_logger("spyhop.test")
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    faults.scrub = lambda line: line
    faults.taken()


async def test_errors_are_noted_by_their_kind_and_nothing_else_is(
    log: structlog.stdlib.BoundLogger, redis: Redis
) -> None:
    log.warning("it rains")
    for code in ("a1b2c3", "d4e5f6"):
        error = KeyError(f"https://node.example/{TOKEN}")
        log.error("an update failed", code=code, exc_info=error, secret=TOKEN)
    log.error("failing", chain="bsc")
    logging.getLogger("somebody.elses").error("the password is %s", "hunter2")
    log.error(f"said {TOKEN}")
    await faults.write(redis, "bot")

    found = {fault.kind: fault for fault in await read(redis, datetime.now(UTC))}
    assert set(found) == {"an update failed: KeyError", "failing: bsc", "somebody.elses", "said …"}
    failed = found["an update failed: KeyError"]
    assert (failed.process, failed.count, failed.code) == ("bot", 2, "d4e5f6")
    everything = str([await redis.hgetall(key) for key in await redis.keys("faults:*")])
    assert TOKEN not in everything
    assert "hunter2" not in everything


async def test_a_day_is_kept_and_added_up_over_processes(redis: Redis) -> None:
    def fault(process: str, hours: int, code: str | None = None) -> Fault:
        return Fault(process, "k: x", 2, NOW - timedelta(hours=hours), code)

    await add(redis, [fault("bot", 0), fault("bot", 3, "old"), fault("watcher", 1, "new")])
    await add(redis, [fault("bot", 30)])

    assert await read(redis, NOW) == [
        Fault("bot", "k: x", 4, NOW, None),
        Fault("watcher", "k: x", 2, NOW - timedelta(hours=1), "new"),
    ]
    assert 0 < await redis.ttl(next(iter(await redis.keys("faults:*")))) <= 25 * 3600


async def test_there_is_room_for_so_many_kinds_only(redis: Redis) -> None:
    noting = Faults()
    for number in range(3 * MOST_KINDS):
        noting.note(f"kind {number}")
    await noting.write(redis, "bot")

    found = {fault.kind: fault.count for fault in await read(redis, datetime.now(UTC))}
    assert len(found) == MOST_KINDS + 1
    assert found[OTHER] == 2 * MOST_KINDS


async def test_what_cannot_be_written_is_kept(redis: Redis) -> None:
    noting, away = Faults(), open_redis("redis://127.0.0.1:1/0")
    noting.note("it failed", "a1b2c3")
    await noting.write(away, "bot")
    noting.note("it failed")
    stopping = asyncio.Event()
    stopping.set()
    await noting.run(redis, "bot", stopping)
    await noting.write(redis, "bot")
    await away.aclose()

    (found,) = await read(redis, datetime.now(UTC))
    assert (found.count, found.code) == (2, "a1b2c3")
