"""A process that only follows a chain, so that its memory is the watcher's alone.

``python -m bench.reader DATABASE_URL REDIS_URL SPAN`` reads the blocks of a span, which is given as
JSON, and prints a JSON line with its progress for every thousand.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from bench.ground import Span, run
from bench.racers import whole
from data.database import Database
from data.logging import set_up_logging

if TYPE_CHECKING:
    from watcher.collect import Step

_EVERY = 1_000


async def _read(database_url: str, redis_url: str, span: Span) -> None:
    done = told = 0

    def on_step(step: Step) -> None:
        nonlocal done, told
        done += len(step.blocks)
        if done - told >= _EVERY or done >= span.blocks:
            told = done
            print(json.dumps({"blocks": done}), flush=True)

    database, redis = Database(database_url), Redis.from_url(redis_url)
    try:
        await whole(database, redis, span, on_step=on_step, counted=False)
    finally:
        await redis.aclose()
        await database.close()


def main() -> None:
    """Read until all blocks are there."""
    set_up_logging("ERROR", "console")
    database_url, redis_url, span = sys.argv[1:]
    run(_read(database_url, redis_url, Span(**json.loads(span))))


if __name__ == "__main__":
    main()
