"""A step is what runs between two turns of the loop, measured by its CPU."""

from __future__ import annotations

import asyncio
import time
from asyncio.events import Handle

from bench.steps import RUN, measured


def busy(seconds: float) -> None:
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


async def test_work_in_two_steps_is_told_by_the_longer_one() -> None:
    # given work of 30 ms that lets others run once in between
    before = getattr(Handle, RUN)

    async def work() -> None:
        busy(0.01)
        await asyncio.sleep(0)
        busy(0.02)

    # when it is measured
    phase = await measured("work", work, rounds=2)

    # then its parts are told apart, waiting does not count, and the loop is as it was
    assert phase.steps >= 2
    assert 20 <= phase.longest_ms < phase.total_ms
    assert phase.total_ms >= 30
    assert getattr(Handle, RUN) is before


async def test_waiting_is_no_work() -> None:
    phase = await measured("waiting", lambda: asyncio.sleep(0.2), rounds=1)

    assert phase.total_ms < 200
