"""Ask a chain's nodes until one answers: in rounds over all of them, in the order of preference.

Within a round a failed node is followed by the next at once, and one that is slower than usual is
raced by the next: in the end by those that lag, or whose budget is nearly used up. When all have
failed, liars are asked too; then the backoff stands before the next round: 1, 2, 4, 8 seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from watcher.rpc.asking import Asking
from watcher.rpc.attempt import Attempt, Entry
from watcher.rpc.errors import (
    AllNodesFailed,
    MethodUnsupported,
    NotAsked,
    RequestTooLarge,
    RpcError,
)
from watcher.rpc.events import CallFellBack, CallOvertaken, OnEvent
from watcher.rpc.node import Node
from watcher.rpc.options import PoolOptions
from watcher.rpc.pace import kind_of
from watcher.rpc.purpose import Purpose
from watcher.rpc.race import Runner, Won, race

T = TypeVar("T")
_WAITS_FOR_BUDGETS = 16


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was answered, and the public name of the node that did."""

    value: T
    node: str


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """`talk` asks one node; `size` is how many calls a batch has; `rank` puts a node with a
    lower number before the others, by its public name."""

    title: str
    talk: Callable[[Asking], Awaitable[T]]
    size: int = 1
    purpose: Purpose = Purpose.DATA
    rank: Callable[[str], int] | None = None


class Rounds:
    """Asks the nodes of a chain; `order` tells them in the present order of preference."""

    def __init__(
        self,
        chain: str,
        order: Callable[[], Sequence[Node]],
        options: PoolOptions,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        on_event: OnEvent,
    ) -> None:
        self._chain = chain
        self._order = order
        self._options = options
        self._clock = clock
        self._sleep = sleep
        self._emit = on_event

    async def answer(
        self, question: Question[T], rounds: int | None, within: float | None
    ) -> Answer[T]:
        """The first good answer; `rounds` overrides the option, `within` bounds everything.

        Raises LegitimateAnswer when the error is the answer, AllNodesFailed when none came."""
        limit = self._options.rounds if rounds is None else rounds
        deadline = None if within is None else self._clock() + within

        def enough(state: RetryCallState) -> bool:
            over = deadline is not None and self._clock() + state.upcoming_sleep >= deadline
            return over or state.attempt_number >= limit

        retrying = AsyncRetrying(
            sleep=self._sleep,
            wait=wait_exponential(
                multiplier=self._options.backoff_first, max=self._options.backoff_longest
            ),
            stop=enough,
            retry=retry_if_exception(_another_round_may_help),
            reraise=True,
        )
        return await retrying(self._round, question, deadline)

    async def _round(self, question: Question[T], deadline: float | None) -> Answer[T]:
        nodes = self._order()
        if question.rank is not None:
            rank = question.rank
            nodes = sorted(nodes, key=lambda node: rank(node.name))
        failed: dict[str, RpcError] = {}
        won = await race(self._in_turn(nodes, question, deadline, failed), failed)
        if won is None:
            spare = [node for node in nodes if _stands_aside(failed.get(node.name))]
            won = await self._go_round(spare, question, Entry.LAST, deadline, failed)
        if won is None and _all_shut(failed):
            # To leave the last node alone means to be blind: probe those whose breakers are open.
            for node in nodes:
                node.hasten()
            won = await self._go_round(nodes, question, Entry.LAST, deadline, failed)
        for _ in range(_WAITS_FOR_BUDGETS):
            wait = self._wait_for_budgets(failed, deadline)
            if won is not None or wait is None:
                break
            await self._sleep(wait)
            short = [node for node in nodes if _is_short(failed.get(node.name))]
            won = await self._go_round(short, question, Entry.LAST, deadline, failed)
        if won is None:
            raise AllNodesFailed(self._chain, question.title, failed)
        asked = [name for name, error in failed.items() if not isinstance(error, NotAsked)]
        if asked:
            self._emit(CallFellBack(self._chain, won.name, question.title, tuple(asked)))
        if won.slower:
            self._emit(CallOvertaken(self._chain, won.name, question.title, won.slower))
        return Answer(won.value, won.name)

    async def _go_round(
        self,
        nodes: Sequence[Node],
        question: Question[T],
        entry: Entry,
        deadline: float | None,
        failed: dict[str, RpcError],
    ) -> Won[T] | None:
        return await race(self._runners(nodes, question, entry, deadline, []), failed)

    def _in_turn(
        self,
        nodes: Sequence[Node],
        question: Question[T],
        deadline: float | None,
        failed: Mapping[str, RpcError],
    ) -> Iterator[Runner[T]]:
        """All nodes, and again those that would rather not but may: a late answer, or a dear one,
        is better than to wait for one that hangs."""
        asked: list[Attempt] = []
        yield from self._runners(nodes, question, Entry.ORDINARY, deadline, asked)
        trusted = [node for node in nodes if _is_trusted(failed.get(node.name))]
        for attempt in asked:
            attempt.excused = bool(trusted)
        yield from self._runners(trusted, question, Entry.LAST, deadline, asked)

    def _runners(
        self,
        nodes: Sequence[Node],
        question: Question[T],
        entry: Entry,
        deadline: float | None,
        asked: list[Attempt],
    ) -> Iterator[Runner[T]]:
        kind = kind_of(question.title, question.size)
        for node in nodes:
            left = None if deadline is None else deadline - self._clock()
            if left is not None and left <= 0:
                return
            attempt = node.attempt(kind, question.size, question.purpose, entry, left)
            asked.append(attempt)
            yield Runner(
                node.name,
                partial(node.exchange, question.talk, attempt),
                attempt.patience,
                partial(_give_way, attempt),
            )

    def _wait_for_budgets(
        self, failed: dict[str, RpcError], deadline: float | None
    ) -> float | None:
        """Seconds until a node's budget has room, if that is soon."""
        waits = [e.wait for e in failed.values() if isinstance(e, NotAsked) and e.wait is not None]
        wait = min(waits, default=None)
        if wait is None or wait > self._options.backoff_longest:
            return None
        over = deadline is not None and self._clock() + wait >= deadline
        return None if over else wait


def _give_way(attempt: Attempt) -> None:
    attempt.overtaken = True


def _stands_aside(error: RpcError | None) -> bool:
    return isinstance(error, NotAsked) and error.spare


def _is_trusted(error: RpcError | None) -> bool:
    return isinstance(error, NotAsked) and error.trusted


def _is_short(error: RpcError | None) -> bool:
    return isinstance(error, NotAsked) and error.wait is not None


def _all_shut(failed: dict[str, RpcError]) -> bool:
    return bool(failed) and all(isinstance(error, NotAsked) for error in failed.values())


def _another_round_may_help(error: BaseException) -> bool:
    # Nodes that cannot do it will not have learnt it in eight seconds.
    return isinstance(error, AllNodesFailed) and not all(
        isinstance(reason, MethodUnsupported | RequestTooLarge) for reason in error.reasons.values()
    )
