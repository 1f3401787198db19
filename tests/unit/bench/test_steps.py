"""A step is what runs between two turns of the loop, measured by its CPU."""

from __future__ import annotations

import asyncio
import time

from bench.steps import measured_steps


def busy(seconds: float) -> None:
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


def test_work_in_two_steps_is_told_by_the_longer_one() -> None:
    # given work of 30 ms that lets others run once in between
    before = asyncio.Handle._run
    found: list[float] = []

    async def work() -> None:
        busy(0.01)
        await asyncio.sleep(0)
        busy(0.02)

    # when it is measured
    with measured_steps(found):
        asyncio.run(work())

    # then its parts are told apart, and the loop is as it was
    assert len(found) >= 2
    assert 20 <= max(found) < sum(found)
    assert sum(found) >= 30
    assert asyncio.Handle._run is before


def test_waiting_is_no_work() -> None:
    found: list[float] = []

    with measured_steps(found):
        asyncio.run(asyncio.sleep(0.2))

    assert sum(found) < 200
