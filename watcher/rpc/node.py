"""One node: one URL that is asked, checked, measured and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from watcher.rpc import wire
from watcher.rpc.asking import Asking
from watcher.rpc.endpoint import Endpoint
from watcher.rpc.errors import (
    GarbledAnswer,
    LegitimateAnswer,
    NodeFault,
    NodeUnfit,
    NotAsked,
    RpcError,
    TimedOut,
    WrongChain,
)
from watcher.rpc.events import OnEvent
from watcher.rpc.gate import Gate
from watcher.rpc.meter import Meter
from watcher.rpc.options import PoolOptions
from watcher.rpc.snapshot import NodeSnapshot, Standing
from watcher.rpc.status import error_for_status
from watcher.rpc.transport import Transport
from watcher.rpc.wire import Call, Item

T = TypeVar("T")


def raw(answer: T) -> T:
    """Read an answer as it is."""
    return answer


class Node:
    """Asks one endpoint of a chain.

    `chain` is its name, `chain_id` what `eth_chainId` must say. `clock` is monotonic seconds, `now`
    aware UTC. The transport belongs to the pool."""

    def __init__(
        self,
        endpoint: Endpoint,
        chain: str,
        chain_id: int,
        transport: Transport,
        options: PoolOptions,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        on_event: OnEvent,
    ) -> None:
        self.name = endpoint.name
        self._endpoint = endpoint
        self._chain_id = chain_id
        self._transport = transport
        self._options = options
        self._clock = clock
        self._now = now
        self._gate = Gate(chain, endpoint.name, options, clock, on_event)
        self._meter = Meter()
        self._next_id = 1
        self._chain_confirmed = False

    def __repr__(self) -> str:
        return f"Node({self.name!r})"

    async def call(
        self,
        method: str,
        params: Sequence[Any] = (),
        *,
        read: Callable[[msgspec.Raw], T] = raw,  # type: ignore[assignment]
        timeout: float | None = None,
    ) -> T:
        """The answer to one call, as `read` turns it into a value.

        An error of the tree that `read` raises counts as the node's. Raises errors of the tree."""

        async def exchange() -> T:
            answer = await self._one(Call(method, params))
            if method == "eth_blockNumber":
                self.saw_head(_quantity(answer))
            return read(answer)

        return await self._judged(exchange, timeout)

    async def exchange(
        self, talk: Callable[[Asking], Awaitable[T]], *, timeout: float | None = None
    ) -> T:
        """Several calls that belong together, one after the other, judged as one.

        An error of the tree that `talk` raises counts as the node's. Raises errors of the tree."""
        asking = Asking(self.name, self._one, self._raw_batch)
        return await self._judged(lambda: talk(asking), timeout)

    async def batch(
        self,
        calls: Sequence[Call | tuple[str, Sequence[Any]]],
        *,
        read: Callable[[list[Item]], T] = raw,  # type: ignore[assignment]
        timeout: float | None = None,
    ) -> T:
        """The answers to several calls in one request, in their order. As `call` otherwise.

        Legitimate answers stand among the items; any other error fails the whole batch."""
        asked = [Call(*call) for call in calls]
        if not asked:
            return read([])
        return await self._judged(lambda: self._many(asked, read), timeout)

    def report(self, error: RpcError) -> None:
        """Hold a lie against the node that was found after it had answered."""
        self._count(error.at(self.name, self._endpoint.scrub))
        self._gate.report(error)

    def hasten(self) -> None:
        """Let it be asked although its breaker is open: no other node is left."""
        self._gate.hasten()

    def saw_head(self, number: int) -> None:
        """Note the height of the newest block that the node has told of."""
        self._meter.saw_head(number, self._now())

    def snapshot(self) -> NodeSnapshot:
        meter, gate = self._meter, self._gate
        waits_for = gate.waits_for
        return NodeSnapshot(
            name=self.name,
            state=gate.standing,
            breaker=gate.breaker,
            latency_ms=None if meter.latency is None else meter.latency * 1000,
            head=meter.head,
            head_at=meter.head_at,
            calls=meter.calls,
            requests=meter.requests,
            faults=meter.faults,
            errors=meter.errors,
            bytes_sent=meter.bytes_sent,
            bytes_received=meter.bytes_received,
            waits_until=self._now() + timedelta(seconds=waits_for) if waits_for else None,
            quarantined=gate.quarantined,
            last_error=meter.last_error,
        )

    async def _judged(self, exchange: Callable[[], Awaitable[T]], timeout: float | None) -> T:
        set_aside = self._gate.standing is not Standing.READY
        try:
            permit = self._gate.enter()
        except NotAsked as shut:
            shut.at(self.name, self._endpoint.scrub)
            raise
        if set_aside:
            self._chain_confirmed = False  # it may have been away to become another node
        try:
            value = await self._in_time(exchange, timeout)
        except RpcError as error:
            self._count(error.at(self.name, self._endpoint.scrub))
            self._gate.settle(permit, error)
            raise
        except BaseException:
            self._gate.abandon(permit)
            raise
        self._gate.settle(permit)
        return value

    async def _in_time(self, exchange: Callable[[], Awaitable[T]], timeout: float | None) -> T:
        limit = self._options.timeout if timeout is None else min(timeout, self._options.timeout)
        deadline = asyncio.timeout(limit)
        try:
            async with deadline:
                if not self._chain_confirmed:
                    await self._confirm_chain()
                return await exchange()
        except TimeoutError:
            if not deadline.expired():
                raise
        raise TimedOut(f"no whole answer within {limit:g} s")

    async def _confirm_chain(self) -> None:
        problem = None
        try:
            told = _quantity(await self._one(Call("eth_chainId")))
        except (LegitimateAnswer, NodeUnfit) as error:
            problem = error.text
        if problem is not None:
            raise GarbledAnswer(f"it does not say which chain it serves: {problem}")
        if told != self._chain_id:
            raise WrongChain(f"it serves chain {told} and not {self._chain_id}")
        self._chain_confirmed = True

    async def _one(self, call: Call) -> msgspec.Raw:
        number = self._number(1)
        body = await self._post(wire.encode_call(number, call), 1)
        return wire.read_call(body, number)

    async def _raw_batch(self, calls: Sequence[Call]) -> list[Item]:
        return await self._many(calls, raw)

    async def _many(self, calls: Sequence[Call], read: Callable[[list[Item]], T]) -> T:
        first = self._number(len(calls))
        body = await self._post(wire.encode_batch(first, calls), len(calls))
        return read(wire.read_batch(body, first, len(calls)))

    async def _post(self, request: bytes, calls: int) -> bytes:
        self._meter.sent(calls, len(request))
        begun = self._clock()
        answer = await self._transport.post(self._endpoint, request)
        self._meter.bytes_received += answer.received
        if answer.status != 200:
            said = wire.error_in(answer.body)
            raise error_for_status(answer.status, answer.headers, said, self._now())
        self._meter.answered(self._clock() - begun)
        return answer.body

    def _number(self, count: int) -> int:
        first = self._next_id
        self._next_id += count
        return first

    def _count(self, error: RpcError) -> None:
        if isinstance(error, LegitimateAnswer):
            return
        self._meter.errors += 1
        self._meter.faults += isinstance(error, NodeFault)
        self._meter.last_error = f"{type(error).__name__}: {error.text}"


def _quantity(answer: msgspec.Raw) -> int:
    return wire.small_number(wire.decode(answer, str))
