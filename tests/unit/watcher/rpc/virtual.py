"""Virtual time: a loop whose clock jumps to the next timer, and nodes that take their time.

Nothing here waits: an hour of hanging takes as long as it takes to say so.
"""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Self, TypeVar

from watcher.rpc.endpoint import Endpoint
from watcher.rpc.events import RpcEvent
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool
from watcher.rpc.transport import HttpAnswer, Transport

T = TypeVar("T")
HANG = float("inf")
BEGINNING = 100_000.0


class _Jumping(selectors.DefaultSelector):
    """Nobody is ever ready but by the clock, so it is put forward instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGINNING

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for nothing"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is virtual."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self.complaints: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _, context: self.complaints.append(context))

    def time(self) -> float:
        # Rounded: added up in floats, a second would never be quite over.
        return round(self._jumping.now, 6)


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run it; afterwards nothing may be left running, and nothing unretrieved."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:

        async def whole() -> T:
            result = await main
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"left running: {left}"
            return result

        result = runner.run(whole())
    assert loop.complaints == []
    return result


def virtual(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that runs in virtual time."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        in_virtual_time(test(*args, **kwargs))

    return run


@dataclass
class Paced:
    """A node in memory. `takes` seconds for an answer, or those of `slow` by method; `wrong` makes
    the HTTP answer in place of an honest one. Heads and methods can be changed while it runs.
    `highest` is the newest block that it has, where it is not the `head` that it tells."""

    url: str
    takes: float = 0.1
    slow: dict[str, float] = field(default_factory=dict)
    wrong: Callable[[Any], HttpAnswer | None] = lambda _: None
    head: int = 100
    highest: int | None = None
    chain_id: int = 1
    seen: list[str] = field(default_factory=list)
    asked_at: list[tuple[float, int]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    in_flight: int = 0

    async def answer(self, body: bytes) -> HttpAnswer:
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        self.seen += [call["method"] for call in calls]
        self.asked_at.append((asyncio.get_running_loop().time(), len(calls)))
        if isinstance(asked, list):
            self.batches.append(len(asked))
        self.in_flight += 1
        try:
            seconds = max(self.slow.get(call["method"], self.takes) for call in calls)
            await asyncio.sleep(seconds if seconds != HANG else 1e6)
        finally:
            self.in_flight -= 1
        said = self.wrong(asked)
        if said is not None:
            return said
        answers = [self._one(call) for call in calls]
        return ok(answers if isinstance(asked, list) else answers[0])

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        asked = call["params"][0] if call["params"] else self.url
        known: dict[str, Any] = {
            "eth_chainId": hex(self.chain_id),
            "eth_blockNumber": hex(self.head),
        }
        if call["method"] == "eth_getBlockByNumber" and asked.startswith("0x"):
            top = self.head if self.highest is None else self.highest
            known[call["method"]] = {"number": asked} if int(asked, 16) <= top else None
        result = known.get(call["method"], asked)
        return {"jsonrpc": "2.0", "id": call["id"], "result": result}


def ok(value: Any) -> HttpAnswer:
    """200 with this as JSON."""
    body = json.dumps(value).encode()
    return HttpAnswer(200, {}, body, len(body))


def status(number: int, **headers: str) -> Callable[[Any], HttpAnswer]:
    """Answer everything with this HTTP status."""
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: HttpAnswer(number, {"Retry-After": "", "Date": "", **shown}, b"", 0)


def object_error(code: int, message: str, **more: Any) -> Callable[[Any], HttpAnswer]:
    """Answer single calls with this error object, batches with one for the whole."""

    def wrong(asked: Any) -> HttpAnswer:
        number = asked["id"] if isinstance(asked, dict) else None
        error = {"code": code, "message": message, **more}
        return ok({"jsonrpc": "2.0", "id": number, "error": error})

    return wrong


class InMemory(Transport):
    """Posts to nodes in memory, by the host of their URLs."""

    def __init__(self, nodes: tuple[Paced, ...], options: PoolOptions) -> None:
        super().__init__(options)
        self._paced = {node.url: node for node in nodes}

    async def __aenter__(self) -> Self:
        return self

    async def post(self, endpoint: Endpoint, body: bytes) -> HttpAnswer:
        return await self._paced[endpoint.url.rstrip("/")].answer(body)


def pool_over(
    *nodes: Paced,
    events: list[RpcEvent] | None = None,
    budgets: dict[str, str] | None = None,
    **options: Any,
) -> Pool:
    """A pool over nodes in memory, on the running loop's clock; `budgets` by URL, as `25/s`."""
    loop = asyncio.get_running_loop()
    chosen = PoolOptions(**options)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    return Pool(
        "ethereum",
        1,
        [f"{node.url}#{(budgets or {}).get(node.url, '')}" for node in nodes],
        chosen,
        on_event=None if events is None else events.append,
        clock=loop.time,
        now=lambda: datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=loop.time() - BEGINNING),
        sleep=sleep,
        transport=InMemory(nodes, chosen),
    )
