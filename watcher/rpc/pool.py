"""A chain's nodes: asked in the given order, until one of them answers.

A fault moves the call to the next node at once. When all have been tried, the backoff stands before
the next round: 1, 2, 4, 8 seconds. The first node in the order that may be asked is always
preferred, so that consecutive answers come from one node's view of the chain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeAlias, TypeVar, overload

import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from watcher.rpc import wire
from watcher.rpc.asking import Asking
from watcher.rpc.endpoint import endpoints
from watcher.rpc.errors import (
    AllNodesFailed,
    MethodUnsupported,
    NotAsked,
    RequestTooLarge,
    RpcError,
)
from watcher.rpc.events import CallFellBack, OnEvent, RpcEvent
from watcher.rpc.node import Node
from watcher.rpc.options import PoolOptions
from watcher.rpc.policy import Remedy, remedy_for
from watcher.rpc.snapshot import NodeSnapshot
from watcher.rpc.transport import Transport
from watcher.rpc.wire import Call, Item

T = TypeVar("T")
Ask: TypeAlias = Callable[[Node, float | None], Awaitable[T]]
"""How a node is asked, within so many seconds."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was answered, and the public name of the node that did."""

    value: T
    node: str


class Pool:
    """The nodes of one chain. Use it inside `async with`, which closes its connections.

    Raises BadNodeUrl for a URL that cannot be used, ValueError without any."""

    def __init__(
        self,
        chain: str,
        chain_id: int,
        urls: Sequence[str],
        options: PoolOptions | None = None,
        *,
        on_event: OnEvent | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not urls:
            raise ValueError(f"{chain} needs the URL of at least one node")
        self.chain = chain
        self._options = options or PoolOptions()
        self._clock = clock
        self._sleep = sleep
        self._emit = on_event or _ignore
        self._transport = Transport(self._options)
        self._nodes = tuple(
            Node(
                endpoint,
                chain,
                chain_id,
                self._transport,
                self._options,
                clock=clock,
                now=now,
                on_event=self._emit,
            )
            for endpoint in endpoints(urls)
        )

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.__aexit__()

    @property
    def nodes(self) -> tuple[NodeSnapshot, ...]:
        """Every node's state at this moment, in order of preference."""
        return tuple(node.snapshot() for node in self._nodes)

    @overload
    async def call(
        self,
        method: str,
        params: Sequence[Any] = ...,
        *,
        type: type[T],
        accept: Callable[[T], object] | None = ...,
        rounds: int | None = ...,
        within: float | None = ...,
    ) -> Answer[T]: ...
    @overload
    async def call(
        self,
        method: str,
        params: Sequence[Any] = ...,
        *,
        type: Any = ...,
        accept: Callable[[Any], object] | None = ...,
        rounds: int | None = ...,
        within: float | None = ...,
    ) -> Answer[Any]: ...
    async def call(
        self,
        method: str,
        params: Sequence[Any] = (),
        *,
        type: Any = msgspec.Raw,  # noqa: A002 - msgspec's own word, and it reads well in a call
        accept: Callable[[Any], object] | None = None,
        rounds: int | None = None,
        within: float | None = None,
    ) -> Answer[Any]:
        """Ask one question; the result is decoded as `type`, raw JSON without one.

        `accept` sees the decoded value and raises an error of the tree when it will not do, which
        is treated as if the node had failed so (`BlockUnavailable` for a null block, `UntrueAnswer`
        for a lie). `rounds` overrides the option; `within` bounds everything, in seconds.

        Raises LegitimateAnswer when the error is the answer, AllNodesFailed when none came."""

        def read(raw: msgspec.Raw) -> Any:
            value = wire.decode(raw, type)
            if accept is not None:
                accept(value)
            return value

        def ask(node: Node, timeout: float | None) -> Awaitable[Any]:
            return node.call(method, params, read=read, timeout=timeout)

        return await self._answer(method, ask, rounds, within)

    async def batch(
        self,
        calls: Sequence[Call | tuple[str, Sequence[Any]]],
        *,
        accept: Callable[[list[Any]], object] | None = None,
        rounds: int | None = None,
        within: float | None = None,
    ) -> Answer[list[Any]]:
        """Ask several questions of one and the same node, in one request.

        The value has an item for each call, in order: the result decoded as the call's type, or a
        LegitimateAnswer as a value. Any other error of any item moves the whole batch to the next
        node. As `call` otherwise."""
        asked = [Call(*call) for call in calls]

        def read(items: list[Item]) -> list[Any]:
            values = [
                wire.decode(item, call.type) if isinstance(item, msgspec.Raw) else item
                for call, item in zip(asked, items, strict=True)
            ]
            if accept is not None:
                accept(values)
            return values

        def ask(node: Node, timeout: float | None) -> Awaitable[list[Any]]:
            return node.batch(asked, read=read, timeout=timeout)

        title = f"a batch of {len(asked)} ({', '.join(sorted({c.method for c in asked}))})"
        return await self._answer(title, ask, rounds, within)

    async def ask(
        self,
        title: str,
        talk: Callable[[Asking], Awaitable[T]],
        *,
        rank: Callable[[str], int] | None = None,
        rounds: int | None = None,
        within: float | None = None,
    ) -> Answer[T]:
        """Several calls that belong together, all of one and the same node.

        `talk` makes them and returns a value; an error of the tree that it raises moves the whole
        exchange to the next node. `rank` tells by a node's public name how well it is suited: those
        of a lower rank are asked first. As `call` otherwise."""

        def ask(node: Node, timeout: float | None) -> Awaitable[T]:
            return node.exchange(talk, timeout=timeout)

        return await self._answer(title, ask, rounds, within, rank)

    def report(self, node: str, fault: RpcError) -> None:
        """Hold a fault against a node that was found after it had answered."""
        self._named(node).report(fault)

    def saw_head(self, node: str, number: int) -> None:
        """Note the newest block that a node told of (`eth_blockNumber` is noted by itself)."""
        self._named(node).saw_head(number)

    async def survey(self, within: float | None = None) -> tuple[NodeSnapshot, ...]:
        """Ask every node that may be asked for its head, all at once, and return the snapshots.

        Those that nobody needs are so kept known, and those that were set aside are probed."""
        async with asyncio.TaskGroup() as tasks:
            for node in self._nodes:
                tasks.create_task(_head(node, within))
        return self.nodes

    async def each(
        self, talk: Callable[[Asking], Awaitable[T]], *, within: float | None = None
    ) -> dict[str, T]:
        """What every node that may be asked says to the same exchange, all at once, by its public
        name; those that fail are left out."""
        told: dict[str, T] = {}

        async def one(node: Node) -> None:
            with suppress(RpcError):  # the node's gate has judged it
                told[node.name] = await node.exchange(talk, timeout=within)

        async with asyncio.TaskGroup() as tasks:
            for node in self._nodes:
                tasks.create_task(one(node))
        return told

    async def _answer(
        self,
        method: str,
        ask: Ask[T],
        rounds: int | None,
        within: float | None,
        rank: Callable[[str], int] | None = None,
    ) -> Answer[T]:
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
        return await retrying(self._round, method, ask, deadline, rank)

    async def _round(
        self,
        method: str,
        ask: Ask[T],
        deadline: float | None,
        rank: Callable[[str], int] | None,
    ) -> Answer[T]:
        """Ask one node after the other.

        Where none may be asked, those whose breakers are open are probed: to leave the last node
        alone means to be blind.
        """
        try:
            return await self._go_round(method, ask, deadline, rank)
        except AllNodesFailed as failed:
            if not all(isinstance(reason, NotAsked) for reason in failed.reasons.values()):
                raise
        for node in self._nodes:
            node.hasten()
        return await self._go_round(method, ask, deadline, rank)

    async def _go_round(
        self,
        method: str,
        ask: Ask[T],
        deadline: float | None,
        rank: Callable[[str], int] | None,
    ) -> Answer[T]:
        reasons: dict[str, RpcError] = {}
        nodes = self._nodes if rank is None else sorted(self._nodes, key=lambda n: rank(n.name))
        for node in nodes:
            left = None if deadline is None else deadline - self._clock()
            if left is not None and left <= 0:
                break
            try:
                value = await ask(node, left)
            except RpcError as error:
                if remedy_for(error) is Remedy.ANSWER:
                    raise
                # Without its traceback, whose frames would keep whole answers in memory.
                reasons[node.name] = error.with_traceback(None)
                continue
            asked = [name for name, reason in reasons.items() if not isinstance(reason, NotAsked)]
            if asked:
                self._emit(CallFellBack(self.chain, node.name, method, tuple(asked)))
            return Answer(value, node.name)
        raise AllNodesFailed(self.chain, method, reasons)

    def _named(self, name: str) -> Node:
        for node in self._nodes:
            if node.name == name:
                return node
        raise KeyError(f"{self.chain} has no node of that name")


def _another_round_may_help(error: BaseException) -> bool:
    # Nodes that cannot do it will not have learnt it in eight seconds.
    return isinstance(error, AllNodesFailed) and not all(
        isinstance(reason, MethodUnsupported | RequestTooLarge) for reason in error.reasons.values()
    )


async def _head(node: Node, within: float | None) -> None:
    with suppress(RpcError):  # the node's gate has judged it, and the snapshot shows it
        await node.call("eth_blockNumber", timeout=within)


def _ignore(_: RpcEvent) -> None:
    return
