"""A chain's nodes: asked in the order of preference, until one of them answers.

A fault moves the call to the next node at once, and a node that is slower than usual is raced by
the next. The preferred node stays so unless another is clearly better, so that consecutive answers
come from one node's view of the chain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self, TypeVar, overload

import msgspec

from data.together import together
from watcher.rpc.asking import Asking
from watcher.rpc.attempt import Entry
from watcher.rpc.endpoint import endpoints
from watcher.rpc.errors import RpcError
from watcher.rpc.events import OnEvent, RpcEvent
from watcher.rpc.node import Node
from watcher.rpc.options import PoolOptions
from watcher.rpc.pace import kind_of
from watcher.rpc.preference import Merits, arranged, excesses, score
from watcher.rpc.purpose import CallCounts, Purpose
from watcher.rpc.rounds import Answer, Question, Rounds
from watcher.rpc.snapshot import NodeSnapshot
from watcher.rpc.survey import Survey
from watcher.rpc.transport import Transport
from watcher.rpc.wire import Call

__all__ = ["Answer", "Pool"]

T = TypeVar("T")
REMEMBERED_FOR = 600.0
"""seconds after which a slow node that nobody asked is given another chance"""


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
        transport: Transport | None = None,
    ) -> None:
        if not urls:
            raise ValueError(f"{chain} needs the URL of at least one node")
        self.chain = chain
        self._options = options or PoolOptions()
        self._transport = transport or Transport(self._options)
        emit = on_event or _ignore
        self._nodes = tuple(
            Node(
                endpoint,
                chain,
                chain_id,
                self._transport,
                self._options,
                clock=clock,
                now=now,
                sleep=sleep,
                on_event=emit,
                lone=len(urls) == 1,
            )
            for endpoint in endpoints(urls)
        )
        self._order = self._nodes
        self._survey = Survey(self._nodes, self._options)
        self._rounds = Rounds(
            chain, self._preferred, self._options, clock=clock, sleep=sleep, on_event=emit
        )

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.__aexit__()

    @property
    def nodes(self) -> tuple[NodeSnapshot, ...]:
        """Every node's state at this moment, in the configured order."""
        return tuple(node.snapshot(self._order.index(node)) for node in self._nodes)

    @property
    def counts(self) -> CallCounts:
        """The calls that were sent to all nodes, by purpose."""
        counts = CallCounts()
        for node in self._nodes:
            counts += node.counts
        return counts

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
        purpose: Purpose = ...,
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
        purpose: Purpose = ...,
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
        purpose: Purpose = Purpose.DATA,
    ) -> Answer[Any]:
        """Ask one question; the result is decoded as `type`, raw JSON without one.

        `accept` sees the decoded value and raises an error of the tree when it will not do, which
        is treated as if the node had failed so (`BlockUnavailable` for a null block, `UntrueAnswer`
        for a lie). `rounds` overrides the option; `within` bounds everything, in seconds.

        Raises LegitimateAnswer when the error is the answer, AllNodesFailed when none came."""

        async def talk(asking: Asking) -> Any:
            return await asking.call(method, params, type=type, accept=accept)

        question = Question(method, talk, purpose=purpose)
        return await self._rounds.answer(question, rounds, within)

    async def batch(
        self,
        calls: Sequence[Call | tuple[str, Sequence[Any]]],
        *,
        accept: Callable[[list[Any]], object] | None = None,
        rounds: int | None = None,
        within: float | None = None,
        purpose: Purpose = Purpose.DATA,
    ) -> Answer[list[Any]]:
        """Ask several questions of one and the same node, in one request.

        The value has an item for each call, in order: the result decoded as the call's type, or a
        LegitimateAnswer as a value. Any other error of any item moves the whole batch to the next
        node. As `call` otherwise."""
        asked = [Call(*call) for call in calls]

        if not asked:
            return Answer([], self._order[0].name)

        async def talk(asking: Asking) -> list[Any]:
            values = await asking.batch(asked)
            if accept is not None:
                accept(values)
            return values

        title = f"a batch of {len(asked)} ({', '.join(sorted({c.method for c in asked}))})"
        question = Question(title, talk, len(asked), purpose)
        return await self._rounds.answer(question, rounds, within)

    async def ask(
        self,
        title: str,
        talk: Callable[[Asking], Awaitable[T]],
        *,
        rank: Callable[[str], int] | None = None,
        size: int = 1,
        rounds: int | None = None,
        within: float | None = None,
        purpose: Purpose = Purpose.DATA,
    ) -> Answer[T]:
        """Several calls that belong together, all of one and the same node.

        `talk` makes them and returns a value; an error of the tree that it raises moves the whole
        exchange to the next node. Where a node is slow, `talk` is held with the next one as well,
        at the same time, and cancelled where it is slower: so it keeps its state to itself.

        `rank` tells by a node's public name how well it is suited: those of a lower rank are asked
        first. `title` names the kind of exchange (numbers in it do not matter), and `size` is how
        many times as much as the smallest it asks for, such as the number of blocks: both tell how
        long it may take. As `call` otherwise."""
        question = Question(title, talk, size, purpose, rank)
        return await self._rounds.answer(question, rounds, within)

    def report(self, node: str, fault: RpcError) -> None:
        """Hold a fault against a node that was found after it had answered."""
        self._named(node).report(fault)

    def saw_head(self, node: str, number: int) -> None:
        """Note the newest block that a node told of (`eth_blockNumber` is noted by itself)."""
        self._named(node).saw_head(number)

    async def survey(self, within: float | None = None) -> tuple[NodeSnapshot, ...]:
        """Ask every node that may be asked for its head, all at once, and return the snapshots.

        Those that nobody needs are so kept known, those that were set aside are probed, those
        that lag behind the others ejected, and readmitted when they have caught up. Where somebody
        lags, the others have to show how far they are, which takes up to `within` once more."""
        await self._survey.take(within)
        return self.nodes

    async def only(
        self,
        node: str,
        talk: Callable[[Asking], Awaitable[T]],
        *,
        within: float | None = None,
        purpose: Purpose = Purpose.CHECK,
    ) -> T:
        """What one node says to an exchange, by its public name. Raises errors of the tree."""
        named = self._named(node)
        attempt = named.attempt(kind_of("only", 1), 1, purpose, Entry.ORDINARY, within)
        return await named.exchange(talk, attempt)

    async def each(
        self,
        talk: Callable[[Asking], Awaitable[T]],
        *,
        within: float | None = None,
        purpose: Purpose = Purpose.CHECK,
    ) -> dict[str, T]:
        """What every node that may be asked says to the same exchange, all at once, by its public
        name; those that fail are left out."""
        told: dict[str, T] = {}

        async def one(node: Node) -> None:
            with suppress(RpcError):  # the node's gate has judged it
                told[node.name] = await self.only(node.name, talk, within=within, purpose=purpose)

        await together(*(one(node) for node in self._nodes))
        return told

    def _preferred(self) -> tuple[Node, ...]:
        """The nodes in the order of preference, brought up to date."""
        if len(self._nodes) > 1:
            behind = excesses(
                {node: dict(node.paces.means(REMEMBERED_FOR)) for node in self._nodes}
            )
            scores = {
                node: score(Merits(place, behind[node], node.failing))
                for place, node in enumerate(self._nodes)
            }
            self._order = arranged(self._order, scores)
        return self._order

    def _named(self, name: str) -> Node:
        for node in self._nodes:
            if node.name == name:
                return node
        raise KeyError(f"{self.chain} has no node of that name")


def _ignore(_: RpcEvent) -> None:
    return
