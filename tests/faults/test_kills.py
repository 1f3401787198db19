"""A worker killed between any two steps of a send loses nothing, and repeats only what nobody can
know: as many as it had on their way at most, and each says so."""

from __future__ import annotations

import itertools
from random import Random

from redis.asyncio import Redis

from sandbox.telegram import TelegramSandbox
from tests.effort import TORTURE
from tests.faults.crowd import Crowd, Kill, charge, in_flight, table
from tests.faults.lives import Lives
from tests.faults.points import WORKER

ROUNDS = 160 if TORTURE else 1
"""Each kills once at every point: 13 kills, and 2,080 under torture."""
CHATS = 96
MOST_WAITING = 2 * CHATS
"""So that a chat's alerts are told one by one, or in a short list."""
AT_A_TIME = 10
"""Alerts that are written before each kill: more than a worker sends at once."""
SIGKILL = -9


async def test_a_worker_killed_at_any_point_loses_nothing(
    crowd: Crowd, lives: Lives, redis: Redis, telegram: TelegramSandbox
) -> None:
    random = Random(20261121)
    kills: list[Kill] = []
    await crowd.settle(CHATS)

    for point in itertools.chain.from_iterable([WORKER] * ROUNDS):
        await crowd.write(AT_A_TIME)
        before = len(telegram.calls("sendMessage"))
        life = await lives.begin(point, times=random.randint(1, 4))
        assert await life.end() == SIGKILL
        sends = len(telegram.calls("sendMessage")) - before
        kills.append(Kill(point, await in_flight(redis, life.owner), sends))
        if await crowd.waiting() > MOST_WAITING:
            await _send_all(crowd, lives)
    await _send_all(crowd, lives)

    unexplained = charge(kills, crowd, lives.unknown)
    print("\n" + table(kills, len(crowd.lost())))
    assert crowd.lost() == set()
    assert unexplained == []
    # what a dead worker claimed waits for its claim to run out, and newer ones may go before it
    claimed = itertools.chain.from_iterable(kill.in_flight for kill in kills)
    assert crowd.out_of_order(but_for=claimed) == []


async def _send_all(crowd: Crowd, lives: Lives) -> None:
    """A life that nobody cuts short."""
    life = await lives.begin()
    await crowd.all_sent()
    assert await life.stop() == 0
