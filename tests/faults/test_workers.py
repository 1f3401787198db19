"""Several workers on one PostgreSQL share the chats; one that is told to stop leaves nothing
undone, and nothing half done."""

from __future__ import annotations

import asyncio
import time

from redis.asyncio import Redis
from sqlalchemy import select

from data.tables import chat_queues
from sandbox.telegram import TelegramSandbox
from tests.faults.crowd import Crowd, in_flight
from tests.faults.lives import DEADLINE, Lives

WORKERS = 3
CHATS = 40
PATIENT = {"chat_lease_for": 600, "send_lease_for": 600}
"""Longer than any test waits: what a worker leaves behind is seen."""
AT_MOST = 10.0
"""Seconds from SIGTERM to the end."""


async def owners(crowd: Crowd) -> set[str]:
    """Who has a chat leased."""
    held = chat_queues.c.lease_owner
    async with crowd.database.read() as connection:
        return set((await connection.execute(select(held).where(held.is_not(None)))).scalars())


async def test_workers_share_the_chats_and_one_that_stops_leaves_the_rest_to_them(
    crowd: Crowd, lives: Lives, redis: Redis, telegram: TelegramSandbox
) -> None:
    # given three of them, and a Telegram that takes its time
    telegram.delay(0.2, "sendMessage")
    await crowd.settle(CHATS)
    workers = [await lives.begin(**PATIENT) for _ in range(WORKERS)]
    seen: set[str] = set()
    async with asyncio.timeout(DEADLINE):
        while seen != {worker.owner for worker in workers}:
            if await crowd.waiting() < CHATS:
                await crowd.write(CHATS)
            seen |= await owners(crowd)
    # when one is told to stop in the midst of it
    leaving, *staying = workers
    asked = time.monotonic()
    assert await leaving.stop() == 0
    took = time.monotonic() - asked
    # then it has let go of everything by its end
    assert took < AT_MOST
    assert leaving.owner not in await owners(crowd)
    assert await in_flight(redis, leaving.owner) == frozenset()
    # and the others send the rest
    telegram.clear_faults()
    await crowd.write(CHATS)
    await crowd.all_sent()
    for worker in staying:
        assert await worker.stop() == 0
    print(f"\nstopped after {took:.1f} s; {len(crowd.written)} alerts by {WORKERS} workers")
    assert crowd.lost() == set()
    assert crowd.repeated() == {}
    assert not any("repeat" in told[0].text for told in crowd.shown().values())
    assert crowd.out_of_order() == []


async def test_a_send_that_a_stop_cuts_off_is_told_by_the_next_without_waiting_for_its_lease(
    crowd: Crowd, lives: Lives, telegram: TelegramSandbox
) -> None:
    # given sends that Telegram does not answer, under leases longer than this test waits
    await crowd.settle(8)
    telegram.hold("sendMessage")
    worker = await lives.begin(**PATIENT)
    await crowd.write(8)
    await telegram.wait_for_held(8, DEADLINE)
    # when it is told to stop
    asked = time.monotonic()
    assert await worker.stop() == 0
    assert time.monotonic() - asked < AT_MOST
    telegram.release(accept=False)
    # then the next one says it, and that it may be a repeat
    following = await lives.begin(**PATIENT)
    await crowd.all_sent()
    assert await following.stop() == 0
    assert crowd.lost() == set()
    assert crowd.repeated() == {}
    assert all("repeat" in told[0].text for told in crowd.shown().values())
