"""One node: one URL that is asked, checked, measured and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from watcher.rpc.asking import Asking
from watcher.rpc.attempt import Attempt, Entry
from watcher.rpc.breaker import Permit, State
from watcher.rpc.endpoint import Endpoint
from watcher.rpc.errors import (
    BlockUnavailable,
    GarbledAnswer,
    LegitimateAnswer,
    NodeFault,
    NodeUnfit,
    NotAsked,
    Overtaken,
    RequestTooLarge,
    RpcError,
    TimedOut,
    UntrueAnswer,
    WrongChain,
)
from watcher.rpc.events import OnEvent
from watcher.rpc.gate import Gate
from watcher.rpc.lag import Backward
from watcher.rpc.line import Line, quantity
from watcher.rpc.meter import Meter
from watcher.rpc.options import PoolOptions
from watcher.rpc.pace import Kind, Paces, patience
from watcher.rpc.preference import Failing
from watcher.rpc.purpose import CallCounts, Purpose
from watcher.rpc.snapshot import NodeSnapshot, PastError, Standing
from watcher.rpc.traffic import Traffic
from watcher.rpc.transport import Transport
from watcher.rpc.wire import Call

T = TypeVar("T")
FAULT = 1.0
NUISANCE = 0.5
"""in the share of a node's failures: it lacked a block, or another node answered sooner"""


class Node:
    """Asks one endpoint of a chain.

    `chain` is its name, `chain_id` what `eth_chainId` must say. `clock` is monotonic seconds, `now`
    aware UTC. The transport belongs to the pool. A `lone` node has no others beside it."""

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
        sleep: Callable[[float], Awaitable[None]],
        on_event: OnEvent,
        lone: bool,
    ) -> None:
        self.name = endpoint.name
        self._endpoint = endpoint
        self._chain_id = chain_id
        self._options = options
        self._clock = clock
        self._now = now
        self._gate = Gate(chain, endpoint.name, options, clock, on_event, lone=lone)
        self._meter = Meter(Traffic(clock()))
        self._line = Line(
            endpoint,
            transport,
            self._meter,
            clock=clock,
            now=now,
            sleep=sleep,
            on_head=self._told_head,
        )
        self._backward = Backward()
        self._failing = Failing()
        self.paces = Paces(clock)
        self._chain_confirmed_at: float | None = None

    def __repr__(self) -> str:
        return f"Node({self.name!r})"

    @property
    def failing(self) -> float:
        """The share of its recent calls that failed, from 0 to 1."""
        return self._failing.at(self._clock())

    @property
    def lagging(self) -> bool:
        """Whether it is ejected because its head is old."""
        return self._gate.lagging

    @property
    def counts(self) -> CallCounts:
        """Its calls by purpose."""
        return self._meter.counts

    def attempt(
        self, kind: Kind, size: int, purpose: Purpose, entry: Entry, timeout: float | None
    ) -> Attempt:
        """An exchange that begins now; `timeout` in seconds, at most the option's."""
        granted = patience(self.paces.known(kind), size, self._options)
        longest = self._options.timeout
        limit = longest if timeout is None else min(timeout, longest)
        return Attempt(kind, size, purpose, entry, limit, granted, self._clock())

    async def exchange(self, talk: Callable[[Asking], Awaitable[T]], attempt: Attempt) -> T:
        """Several calls that belong together, one after the other, judged as one.

        An error of the tree that `talk` raises counts as the node's. Raises errors of the tree."""
        permit = self._enter(attempt)
        try:
            value = await self._in_time(talk, attempt)
        except NotAsked as short:  # of budget, in the middle of it: that says nothing about it
            self._gate.abandon(permit)
            short.at(self.name, self._endpoint.scrub)
            raise
        except RpcError as error:
            self._settle(permit, attempt, error.at(self.name, self._endpoint.scrub))
            raise
        except asyncio.CancelledError:
            if attempt.overtaken:
                self._give_way(permit, attempt)
            else:
                self._gate.abandon(permit)
            raise
        except BaseException:
            self._gate.abandon(permit)
            raise
        self._settle(permit, attempt)
        return value

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

    def judge_lag(self, blocks: int | None) -> None:
        """It is so many blocks behind, or not (None)."""
        if blocks is None:
            self._gate.caught_up()
        else:
            self._gate.lag(f"{blocks} blocks behind the other nodes")

    def snapshot(self, rank: int = 0) -> NodeSnapshot:
        """Its state now; `rank` is its place in the order of preference."""
        meter, gate = self._meter, self._gate
        waits_for = max(gate.waits_for, self._line.waits_for)
        state = gate.standing
        if waits_for and state is Standing.READY:
            state = Standing.WAITING
        last = meter.history[-1] if meter.history else None
        return NodeSnapshot(
            name=self.name,
            state=state,
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
            last_error=f"{last.kind}: {last.text}" if last else None,
            reason=gate.reason,
            rank=rank,
            bytes_per_day=meter.traffic.per_day(self._clock()),
            batch_limit=self._line.batch_limit,
            history=tuple(meter.history),
        )

    def _enter(self, attempt: Attempt) -> Permit:
        try:
            self._line.check_budget(attempt.size, reserve=attempt.entry is Entry.LAST)
            permit = self._gate.enter(attempt.entry)
        except NotAsked as shut:
            shut.at(self.name, self._endpoint.scrub)
            raise
        since = self._chain_confirmed_at
        old = since is None or self._clock() - since >= self._options.chain_id_every
        # A node that was away may have become another; one that stays is asked now and then.
        if self._gate.is_probe(permit) or (old and attempt.entry is Entry.SURVEY):
            self._chain_confirmed_at = None
        return permit

    def _settle(self, permit: Permit, attempt: Attempt, error: RpcError | None = None) -> None:
        outcome = _outcome(error)
        if error is not None:
            self._count(error)
        elif not attempt.waited:
            self.paces.of(attempt.kind).answered(self._clock() - attempt.begun, self._clock())
        pace = self.paces.known(attempt.kind)
        if pace is not None and outcome < FAULT:
            pace.quiet = 0.0  # whatever it said, it is not silent
        self._gate.settle(permit, error)
        self._note_outcome(outcome)

    def _told_head(self, number: int, asked_at: float) -> None:
        self.saw_head(number)
        if self._backward.saw(number, asked_at, self._clock()):
            self._gate.go_backwards("its head goes backwards again and again")

    def _give_way(self, permit: Permit, attempt: Attempt) -> None:
        if attempt.waited:
            self._gate.abandon(permit)
            return
        now = self._clock()
        pace = self.paces.of(attempt.kind)
        if not pace.overtaken(attempt.begun, now, attempt.patience) or attempt.excused:
            self._gate.abandon(permit)
            self._note_outcome(NUISANCE)
            return
        silent = now - attempt.begun
        error = Overtaken(f"silent for {silent:.1f} s, while another node answered")
        self._count(error.at(self.name, self._endpoint.scrub))
        self._gate.settle(permit, error)
        self._note_outcome(FAULT)

    def _note_outcome(self, outcome: float) -> None:
        self._failing.note(outcome, self._clock())
        if self._gate.breaker is State.OPEN:
            self._failing.forget()  # the breaker has taken over

    async def _in_time(self, talk: Callable[[Asking], Awaitable[T]], attempt: Attempt) -> T:
        line = self._line
        asking = Asking(
            self.name,
            partial(line.one, attempt),
            partial(line.many, attempt),
            lambda: attempt.read,
        )
        deadline = asyncio.timeout(attempt.timeout)
        try:
            async with deadline:
                if self._chain_confirmed_at is None:
                    await self._confirm_chain(attempt)
                return await talk(asking)
        except TimeoutError:
            if not deadline.expired():
                raise
        raise TimedOut(f"no whole answer within {attempt.timeout:g} s")

    async def _confirm_chain(self, attempt: Attempt) -> None:
        problem = None
        try:
            told = quantity(await self._line.one(attempt, Call("eth_chainId"), Purpose.CHECK))
        except (LegitimateAnswer, NodeUnfit, RequestTooLarge) as error:
            if isinstance(error, NotAsked):
                raise
            problem = error.text
        if problem is not None:
            raise GarbledAnswer(f"it does not say which chain it serves: {problem}")
        if told != self._chain_id:
            raise WrongChain(f"it serves chain {told} and not {self._chain_id}")
        self._chain_confirmed_at = self._clock()

    def _count(self, error: RpcError) -> None:
        if isinstance(error, LegitimateAnswer | NotAsked):
            return
        past = PastError(self._now(), type(error).__name__, error.text)
        self._meter.erred(past, fault=isinstance(error, NodeFault | UntrueAnswer))


def _outcome(error: RpcError | None) -> float:
    if isinstance(error, NodeFault | UntrueAnswer):
        return FAULT
    return NUISANCE if isinstance(error, BlockUnavailable) else 0.0
