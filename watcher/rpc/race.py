"""A race for one answer: whoever is slower than usual gets a competitor, the first good one wins.

Runners start one after the other: the next one when the newest has failed, or when its patience has
run out. So at most one more runs for each that is slow. When the race is decided or cancelled,
nobody is left running.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from watcher.rpc.errors import RpcError
from watcher.rpc.policy import Remedy, remedy_for

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Runner(Generic[T]):
    """`run` returns the answer or raises an error of the tree.

    `patience` is how many seconds it runs alone. `give_way` is called just before it is cancelled
    because another was faster, and not when the whole race is cancelled."""

    name: str
    run: Callable[[], Awaitable[T]]
    patience: float
    give_way: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Won(Generic[T]):
    """Who won with what, and who was still running then."""

    name: str
    value: T
    slower: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answered(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _Raised:
    error: Exception


async def race(runners: Iterator[Runner[T]], failed: dict[str, RpcError]) -> Won[T] | None:
    """The first good answer, or None when all have failed; their errors are put into `failed`.

    Raises an error that is an answer itself (the winner's, too), and whatever is none of the
    tree."""
    running: dict[asyncio.Task[_Answered[T] | _Raised], Runner[T]] = {}
    result: Won[T] | _Raised | None = None
    async with asyncio.TaskGroup() as tasks:
        while result is None:
            runner = next(runners, None)
            if runner is None and not running:
                break
            alone_until = None
            if runner is not None:
                running[tasks.create_task(_outcome(runner))] = newest = runner
                alone_until = asyncio.get_running_loop().time() + runner.patience
            result = await _watch(running, runner and newest, alone_until, failed)
        for task, loser in running.items():
            loser.give_way()
            task.cancel()
    if isinstance(result, _Raised):
        raise result.error
    return result


async def _watch(
    running: dict[asyncio.Task[_Answered[T] | _Raised], Runner[T]],
    newest: Runner[T] | None,
    alone_until: float | None,
    failed: dict[str, RpcError],
) -> Won[T] | _Raised | None:
    """Until the race is decided, or None when it is time for another runner."""
    loop = asyncio.get_running_loop()
    while running:
        timeout = None if alone_until is None else max(0.0, alone_until - loop.time())
        done, _ = await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return None
        another = False
        for task in [task for task in running if task in done]:
            runner, outcome = running.pop(task), task.result()
            if isinstance(outcome, _Answered):
                slower = tuple(r.name for t, r in running.items() if t not in done)
                return Won(runner.name, outcome.value, slower)
            error = outcome.error
            if not isinstance(error, RpcError) or remedy_for(error) is Remedy.ANSWER:
                return outcome
            failed[runner.name] = error
            another = another or runner is newest
        if another:
            return None
    return None


async def _outcome(runner: Runner[T]) -> _Answered[T] | _Raised:
    try:
        return _Answered(await runner.run())
    except RpcError as error:
        # Without tracebacks, whose frames would keep whole answers in memory.
        error.__context__ = error.__cause__ = None
        return _Raised(error.with_traceback(None))
    except Exception as error:  # noqa: BLE001 - a fault of ours: raised when the race is cleared up
        return _Raised(error)
