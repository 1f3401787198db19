"""A watcher killed at any point between fetch, commit and wake-up loses nothing and writes nothing
twice."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.effort import TORTURE
from tests.faults.lives import Life, open_lives
from tests.faults.lookout import CHAIN, QUICK, Lookout, opened_lookout
from tests.faults.points import WATCHER
from tests.warm.process import Warm

ROUNDS = 80 if TORTURE else 2
"""Each kills once at every point: 14 kills, and 560 under torture."""
LEASE = 0.5
SIGKILL = -9


async def test_a_watcher_killed_at_any_point_loses_and_repeats_nothing(
    migrated_postgres: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    warm: Warm,
) -> None:
    random = Random(20261121)
    kills: Counter[str] = Counter()
    async with opened_lookout(migrated_postgres, redis_url, monkeypatch) as lookout:
        settings = QUICK | {
            "redis_url": redis_url,
            "database_url": migrated_postgres,
            "chains": CHAIN,
            "price_api_url": "",
            "chain_lease_for": LEASE,
        }
        async with open_lives("watcher", settings, tmp_path / "watchers.log", warm) as lives:
            first = await lives.begin()
            await lookout.begun()
            first.kill()
            for point in itertools.chain.from_iterable([WATCHER] * ROUNDS):
                life = await lives.begin(point, times=random.randint(1, 3))
                await _pay_until_dead(lookout, life)
                kills[point] += 1
            last = await lives.begin()
            await lookout.settled()
            assert await last.stop() == 0

        written = await lookout.alerts()
        print(f"\n{kills.total()} kills of the watcher, {len(lookout.paid)} payments:")
        print(f"{written.total()} alerts, {sum(n - 1 for n in written.values())} twice, 0 lost")


async def _pay_until_dead(lookout: Lookout, life: Life) -> None:
    """A block now and then, so that it comes to its point."""
    async with asyncio.timeout(40):
        while not life.ended.done():
            lookout.pay()
            await asyncio.wait([life.ended], timeout=0.1)
    assert await life.end() == SIGKILL
