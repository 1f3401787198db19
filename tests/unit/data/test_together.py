"""Parts that fail and end together, and who is cancelled then."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from data import together as module
from data.together import end, together


class Part:
    """Waits until it is cancelled; ``last_word`` is what it raises then."""

    def __init__(self, last_word: Exception | None = None) -> None:
        self.begun = asyncio.Event()
        self.ended = False
        self._last_word = last_word

    async def run(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.ended = True
            if self._last_word is not None:
                raise self._last_word from None
            raise


async def _fail(after: Part) -> None:
    await after.begun.wait()
    raise ArithmeticError


async def test_all_parts_are_run_to_their_ends() -> None:
    ended: list[str] = []

    async def one(name: str) -> None:
        await asyncio.sleep(0)
        ended.append(name)

    await together(one("a"), one("b"))

    assert sorted(ended) == ["a", "b"]


async def test_nothing_to_do_is_done_at_once() -> None:
    async with asyncio.timeout(10):
        await together()


@pytest.mark.parametrize("last_word", [None, OSError("away")])
async def test_the_first_that_fails_ends_the_others_and_cancels_nobody_else(
    last_word: Exception | None,
) -> None:
    other = Part(last_word)

    async with asyncio.timeout(10):
        with pytest.raises(ArithmeticError):
            await together(other.run(), _fail(after=other))

    assert other.ended
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


@pytest.mark.parametrize("last_word", [None, OSError("away")])
async def test_who_is_cancelled_ends_all_parts_whatever_else_fails(
    last_word: Exception | None,
) -> None:
    parts = [Part(last_word), Part()]
    running = asyncio.ensure_future(together(*(part.run() for part in parts)))
    async with asyncio.timeout(10):
        for part in parts:
            await part.begun.wait()

        running.cancel()
        await asyncio.wait([running])

    assert running.cancelled()
    assert all(part.ended for part in parts)


async def test_who_is_cancelled_again_while_the_parts_end_waits_for_them() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await may_end.wait()
            ended.set()

    running = asyncio.ensure_future(together(slow()))
    async with asyncio.timeout(10):
        await begun.wait()
        for _ in range(2):
            running.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        assert not running.done()
        may_end.set()
        await asyncio.wait([running])

    assert running.cancelled()
    assert ended.is_set()


async def test_a_part_that_was_cancelled_by_itself_is_not_taken_for_done() -> None:
    other = Part()

    async def gives_up() -> None:
        await other.begun.wait()
        raise asyncio.CancelledError

    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await together(gives_up(), other.run())

    assert other.ended


async def test_a_task_that_misses_its_cancellation_is_cancelled_again() -> None:
    begun = asyncio.Event()

    async def misses_one() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.ensure_future(misses_one())
    async with asyncio.timeout(10):
        await begun.wait()
        await end([task], again_after=0.01)

    assert task.cancelled()


async def test_a_part_that_misses_its_cancellation_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_CANCEL_AGAIN_AFTER", 0.01)
    begun = asyncio.Event()

    async def misses_one() -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def fails() -> None:
        await begun.wait()
        raise ArithmeticError

    async with asyncio.timeout(10):
        with pytest.raises(ArithmeticError):
            await together(misses_one(), fails())
