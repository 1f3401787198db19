"""Is Spyhop alive and doing its work? ``python check_health.py [--json]``

Exit status 0 when it is, 1 when anything failed. It ends within ten seconds whatever hangs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from data.database import Database, plain_reason
from data.errors import SpyhopError
from data.health import (
    LONG_PAUSE,
    Check,
    Verdict,
    check_alone,
    check_bot,
    check_chain,
    check_coverage,
    check_delivery,
    check_lease,
    check_outbox,
    check_pauses,
    is_healthy,
)
from data.migrate import check_schema
from data.queries import gaps, leases, standing, workers
from data.redis.connection import open_redis
from data.redis.published import bot_status, chain_status, delivery_status
from data.redis_server import RedisServer, RedisServerError
from data.settings import Settings, load_settings

HOME = Path(__file__).resolve().parent  # .env and a relative DATA_DIR are meant from here
A_DAY = timedelta(days=1)
PART_WITHIN = 3.0
ALL_WITHIN = 7.5
_COLOURS = {Verdict.OK: "32", Verdict.WARN: "33", Verdict.FAIL: "31"}


async def look(settings: Settings) -> list[Check]:
    """Every check, in the order of the table."""
    database, redis = await asyncio.gather(
        _in_time("database", _database(settings)), _in_time("redis", _redis(settings))
    )
    checks = [_configuration(settings), *database, *redis]
    if len(redis) == 1:  # its one line says why there are no others
        checks += await _in_time("leases", _leases(settings))
    return checks


async def _in_time(name: str, checks: Coroutine[Any, Any, list[Check]]) -> list[Check]:
    part = asyncio.create_task(checks)
    # not cancelled: a driver that waits for a lock does not let itself be, and nobody waits for it
    if not (await asyncio.wait({part}, timeout=PART_WITHIN))[0]:
        return [Check(name, Verdict.FAIL, f"no answer within {PART_WITHIN:g} s")]
    try:
        return part.result()
    except DBAPIError as error:
        return [Check(name, Verdict.FAIL, plain_reason(error))]
    except RedisError as error:
        return [Check(name, Verdict.FAIL, _why_away(error))]
    except (SpyhopError, RedisServerError, OSError) as error:
        return [Check(name, Verdict.FAIL, str(error))]


def _why_away(error: RedisError) -> str:
    if isinstance(error, RedisConnectionError):
        return "nobody answers at its address: the server does not run"
    return f"no answer: {type(error).__name__}"


def _configuration(settings: Settings) -> Check:
    if settings.bot_token is None:
        return Check("bot configuration", Verdict.FAIL, "BOT_TOKEN is not set")
    return Check("bot configuration", Verdict.OK, "BOT_TOKEN is set and well-formed")


async def _database(settings: Settings) -> list[Check]:
    if settings.database_url is None and not (settings.data_dir / "spyhop.db").exists():
        return [Check("database", Verdict.FAIL, "there is none yet: Spyhop was never started")]
    database = Database(settings.database)
    try:
        await check_schema(database)
        async with database.read() as connection:
            now = datetime.now(UTC)
            queue = await standing.queue(connection, now)
            to_leave = await standing.oldest_to_leave(connection, LONG_PAUSE, now)
            checks = [
                Check("database", Verdict.OK, f"{database.kind} answers"),
                check_outbox(queue.alerts, queue.since, to_leave, now, queue.deferred),
            ]
            for name in settings.chains:
                seen = await gaps.open_or_closed_since(connection, name, now - A_DAY)
                unverified = await gaps.count_unverified(connection, name, now - A_DAY)
                checks += check_coverage(settings.known_chains[name], seen, unverified, now)
    finally:
        await database.close()
    return checks


async def _leases(settings: Settings) -> list[Check]:
    chains = [settings.known_chains[name] for name in settings.chains]
    if settings.database_url is None and not (settings.data_dir / "spyhop.db").exists():
        return [check_lease(chain, None) for chain in chains]
    database = Database(settings.database)
    try:
        async with database.read() as connection:
            present = await workers.present(connection)
            held = {chain.name: await leases.holder(connection, chain.name) for chain in chains}
    finally:
        await database.close()
    checks = [check_lease(chain, (held[chain.name] or (None,))[0]) for chain in chains]
    return [check_alone(present), *checks]


async def _redis(settings: Settings) -> list[Check]:
    url = settings.redis if settings.redis_url else RedisServer(settings.data_dir / "valkey").url
    redis = open_redis(url)
    try:
        await redis.ping()
        checks = [Check("redis", Verdict.OK, "answers")]
        now = datetime.now(UTC)
        bot = await bot_status(redis)
        checks.append(check_bot(bot, now))
        checks += check_delivery(await delivery_status(redis), now)
        checks += check_pauses(bot, now) if bot else []
        for name in settings.chains:
            checks += check_chain(settings.known_chains[name], await chain_status(redis, name), now)
    finally:
        await redis.aclose()
    return checks


def table(checks: list[Check], *, colour: bool) -> str:
    """The checks for people."""
    width = max(len(check.name) for check in checks)
    rows = []
    for check in checks:
        word = f"{check.verdict:<4}"
        if colour:
            word = f"\x1b[{_COLOURS[check.verdict]}m{word}\x1b[0m"
        rows.append(f"{word}  {check.name:<{width}}  {check.detail}")
    rows.append("")
    failed = sum(check.verdict is Verdict.FAIL for check in checks)
    rows.append("healthy" if not failed else f"NOT healthy: {failed} failed")
    return "\n".join(rows)


def main() -> int:
    """Look, print, and say it by the exit status."""
    parser = argparse.ArgumentParser(description="Is Spyhop alive and doing its work?")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
    arguments = parser.parse_args()
    _end_in_any_case()
    os.chdir(HOME)
    try:
        checks = asyncio.Runner().run(look(load_settings()))
    except SpyhopError as error:
        checks = [Check("settings", Verdict.FAIL, str(error))]
    healthy = is_healthy(checks)
    if arguments.json:
        rows = [
            {"name": check.name, "verdict": check.verdict, "detail": check.detail}
            for check in checks
        ]
        print(json.dumps({"healthy": healthy, "checks": rows}, ensure_ascii=False))
    else:
        print(table(checks, colour=sys.stdout.isatty()))
    return 0 if healthy else 1


def _end_in_any_case() -> None:
    """A driver that blocks the loop itself cannot be cancelled, so a thread holds the door."""

    def end() -> None:
        print(f"NOT healthy: no result within {ALL_WITHIN:g} s", file=sys.stderr, flush=True)
        os._exit(1)

    timer = threading.Timer(ALL_WITHIN, end)
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    exit_status = main()
    sys.stdout.flush()
    os._exit(exit_status)  # without waiting for whoever still hangs
