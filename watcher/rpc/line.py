"""The line to one node: requests within its budget, batches in the sizes it takes, all counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from watcher.rpc import answers, wire
from watcher.rpc.attempt import Attempt
from watcher.rpc.batch_size import BatchSize
from watcher.rpc.budget import Budget
from watcher.rpc.endpoint import Endpoint
from watcher.rpc.errors import NotAsked, RequestTooLarge
from watcher.rpc.meter import Meter
from watcher.rpc.purpose import Purpose, purpose_of
from watcher.rpc.status import error_for_status
from watcher.rpc.transport import Transport
from watcher.rpc.wire import Call


class Line:
    """Asks one endpoint. `on_head` hears of each head that it tells, and when that was asked for.

    `clock` is monotonic seconds, `now` aware UTC."""

    def __init__(
        self,
        endpoint: Endpoint,
        transport: Transport,
        meter: Meter,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        on_head: Callable[[int, float], None],
    ) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._meter = meter
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._on_head = on_head
        self._budget = Budget(endpoint.allowances, clock)
        self._batch_size = BatchSize()
        self._next_id = 1

    @property
    def batch_limit(self) -> int | None:
        """Calls that may be sent in one request, None while nothing is known of a limit."""
        limits = [n for n in (self._batch_size.limit, self._budget.largest) if n is not None]
        return min(limits, default=None)

    @property
    def waits_for(self) -> float:
        """Seconds until the budget has room for a call."""
        return self._budget.wait(1)

    def check_budget(self, calls: int, *, reserve: bool) -> None:
        """Whether so many calls can be begun with; the `reserve` is for when no other node is left.

        Raises NotAsked."""
        if self.batch_limit is not None:
            calls = min(calls, self.batch_limit)
        wait = self._budget.wait(calls)
        if wait:
            raise _used_up(wait)
        if not reserve and not self._budget.has_room(calls):
            raise NotAsked("the rest of its budget is kept in reserve", spare=True, trusted=True)

    async def one(self, attempt: Attempt, call: Call, purpose: Purpose | None = None) -> Any:
        """The answer to one call, decoded as its type. Raises errors of the tree."""
        number = self._number(1)
        asked_at = self._clock()
        request = wire.encode_call(number, call)
        purpose = purpose or purpose_of(call, attempt.purpose)
        body = await self._post(attempt, request, 1, purpose)
        answer = await answers.read_call(body, number, call.type)
        if call.method == "eth_blockNumber":
            self._on_head(quantity(answer), asked_at)
        if purpose is Purpose.DATA and call.method == "eth_getBlockByNumber" and _is_null(answer):
            self._meter.recount(Purpose.DATA, Purpose.HEAD)
        return answer

    async def many(self, attempt: Attempt, calls: Sequence[Call]) -> list[Any]:
        """The decoded answers in the order of the calls, in as few requests as the node takes, one
        after the other. Raises errors of the tree."""
        items: list[Any] = []
        while len(items) < len(calls):
            size = min(len(calls) - len(items), self.batch_limit or len(calls))
            part = calls[len(items) : len(items) + size]
            first = self._number(size)
            request = wire.encode_batch(first, part)
            purpose = purpose_of(part[0], attempt.purpose)
            try:
                body = await self._post(attempt, request, size, purpose)
                items += await answers.read_batch(body, first, [call.type for call in part])
            except RequestTooLarge:
                if size == 1:
                    raise
                self._batch_size.refused(size)
            else:
                self._batch_size.worked(size)
        return items

    async def _post(self, attempt: Attempt, request: bytes, calls: int, purpose: Purpose) -> bytes:
        await self._afford(attempt, calls)
        self._meter.sent(calls, len(request), purpose)
        begun = self._clock()
        answer = await self._transport.post(self._endpoint, request)
        self._meter.received(answer.received, self._clock())
        attempt.read += len(answer.body)
        if answer.status != 200:
            said = wire.error_in(answer.body)
            raise error_for_status(answer.status, answer.headers, said, self._now())
        self._meter.answered(self._clock() - begun)
        return answer.body

    async def _afford(self, attempt: Attempt, calls: int) -> None:
        """Wait for room in the budget, if there is some before the attempt must end."""
        while wait := self._budget.wait(calls):
            if self._clock() + wait >= attempt.begun + attempt.timeout:
                raise _used_up(wait)
            attempt.waited = True
            await self._sleep(wait)
        self._budget.spend(calls)

    def _number(self, count: int) -> int:
        first = self._next_id
        self._next_id += count
        return first


def quantity(answer: Any) -> int:
    """The number that was answered, as text or as raw JSON. Raises GarbledAnswer."""
    text = wire.decode(answer, str) if isinstance(answer, msgspec.Raw) else answer
    return wire.small_number(text)


def _is_null(answer: Any) -> bool:
    return answer is None or (isinstance(answer, msgspec.Raw) and bytes(answer) == b"null")


def _used_up(wait: float) -> NotAsked:
    return NotAsked(f"its budget is used up for another {wait:.1f} s", wait=wait)
