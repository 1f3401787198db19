"""Parts of one piece of work that run, fail and end together.

As a task group, but that nobody is cancelled who was not: before Python 3.13 a group that fails
leaves its own task marked as cancelled (``Task.cancelling``) for good, and a cancelled one forgets
about it for another error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Iterable
from typing import Any

import structlog

log = structlog.get_logger(__name__)

_CANCEL_AGAIN_AFTER = 5.0


async def together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all of them to their ends; the first that fails ends the others, and its error is raised.

    Whoever is cancelled meanwhile ends them, too, and gets CancelledError whatever else fails. It
    is also raised when a part was cancelled by itself: what it had to do is not done.
    """
    running = [asyncio.create_task(part) for part in parts]
    try:
        while running:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            ended = [task for task in running if task.done()]
            running = [task for task in running if not task.done()]
            failed = [error for task in ended if (error := _error(task)) is not None]
            if failed:
                _mention(failed[1:])
                raise failed[0]
    finally:
        await _end(running)


async def end(tasks: Collection[asyncio.Task[None]], *, again_after: float) -> None:
    """Cancel tasks until they have ended, again after so many seconds: one that something else
    fails or succeeds in at that moment can miss it."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=again_after)


def heed_cancellation() -> None:
    """End a task that was cancelled while something else failed: a driver may raise only the error.

    No task that calls it may use a task group: before Python 3.13 its failure looks like a
    cancellation."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _end(running: list[asyncio.Task[None]]) -> None:
    """Cancel them and wait until they have ended, however often that is cancelled itself."""
    for task in running:
        task.cancel()
    cancelled = False
    while not all(task.done() for task in running):
        try:
            _, late = await asyncio.wait(running, timeout=_CANCEL_AGAIN_AFTER)
        except asyncio.CancelledError:
            cancelled = True
        else:
            for task in late:
                task.cancel()
    _mention(_error(task) for task in running)
    if cancelled:
        raise asyncio.CancelledError


def _error(task: asyncio.Task[None]) -> BaseException | None:
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _mention(errors: Iterable[BaseException | None]) -> None:
    for error in errors:
        if isinstance(error, Exception):
            log.warning("and this failed as well", error=type(error).__name__)
