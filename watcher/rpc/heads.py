"""New heads as nodes announce them over WebSockets, one node at a time.

A socket that fails, lies or is silent for too long is left for the next one, and tried again later.
Whoever waits for a head waits only so long and then asks by itself: without any socket that
works nothing is missed, it is only seen a poll later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import structlog

from watcher.rpc.endpoint import WEBSOCKET, Endpoint, endpoints
from watcher.rpc.errors import MethodUnsupported, NodeUnusable, RateLimited, RpcError
from watcher.rpc.events import NodeQuarantined, OnEvent, RpcEvent, SocketLost, SocketOpened
from watcher.rpc.subscription import Head, Terms, socket_session, subscribed

log = structlog.get_logger(__name__)

SILENT_BLOCKS = 3
"""Block times without a head after which nobody relies on the socket."""


@dataclass(frozen=True, slots=True)
class HeadsOptions:
    """Times in seconds, sizes in bytes."""

    open_within: float = 10.0
    shortest_silence: float = 5.0
    """before which a socket is not left, however fast the chain is"""
    message_limit: int = 256 * 1024
    furthest_seconds: float = 600.0
    """blocks of so much time may lie between two heads in a row"""
    steady_after: float = 30.0
    """a socket that worked for so long starts afresh when it fails"""
    backoff_first: float = 1.0
    backoff_longest: float = 60.0
    rate_limit_wait: float = 5.0
    longest_wait: float = 600.0
    quarantine_for: float = 600.0


@dataclass(frozen=True, slots=True)
class HeadsState:
    """The sockets at one moment, fit to be shown. `listening`: heads come as they should."""

    socket: str | None
    connected: bool
    listening: bool
    last: Head | None
    heard_at: datetime | None
    lost: int
    last_error: str | None


@dataclass(slots=True)
class _Line:
    """One endpoint: how often it failed in a row, and when it may be tried again."""

    endpoint: Endpoint
    faults: int = 0
    not_before: float = 0.0


class Heads:
    """The announced heads of one chain. `run` listens, `announced` hands out, to one taker.

    `block_time` in seconds; `told` are the heads that other nodes tell of. Raises BadNodeUrl for
    a URL that cannot be used, ValueError without any."""

    def __init__(
        self,
        chain: str,
        chain_id: int,
        urls: Sequence[str],
        block_time: float,
        options: HeadsOptions | None = None,
        *,
        told: Callable[[], Collection[int]] = tuple,
        on_event: OnEvent | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not urls:
            raise ValueError(f"{chain} needs the URL of at least one socket")
        self._chain = chain
        self._options = options = options or HeadsOptions()
        self._fresh_for = SILENT_BLOCKS * block_time
        silent_after = max(self._fresh_for, options.shortest_silence)
        self._terms = Terms(
            chain_id,
            silent_after=silent_after,
            furthest=max(64, round(options.furthest_seconds / block_time)),
            told=told,
            open_within=options.open_within,
            message_limit=options.message_limit,
            flood=max(100, round(20 * silent_after / block_time)),
        )
        self._lines = [_Line(endpoint) for endpoint in endpoints(urls, WEBSOCKET)]
        self._emit = on_event or _ignore
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._news = asyncio.Event()
        self._pending: int | None = None
        self._current: str | None = None
        self._connected = False
        self._last: Head | None = None
        self._heard = float("-inf")
        self._heard_at: datetime | None = None
        self._lost = 0
        self._last_error: str | None = None

    async def announced(self, within: float) -> int | None:
        """The height of the newest head that was not handed out yet, after at most so many seconds
        of waiting for one; None if none came."""
        if self._pending is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._news.wait()
        self._news.clear()
        height, self._pending = self._pending, None
        return height

    @property
    def listening(self) -> bool:
        """Whether heads come as they should: the last one is no older than three block times."""
        return self._connected and self._clock() - self._heard <= self._fresh_for

    @property
    def state(self) -> HeadsState:
        """How the sockets are."""
        return HeadsState(
            socket=self._current,
            connected=self._connected,
            listening=self.listening,
            last=self._last,
            heard_at=self._heard_at,
            lost=self._lost,
            last_error=self._last_error,
        )

    async def run(self) -> None:
        """Listen until cancelled; nothing else ends it."""
        async with socket_session() as session:
            turn = 0
            while True:
                line = await self._next_line(turn)
                turn = self._lines.index(line) + 1
                begun = self._clock()
                try:
                    await self._listen(session, line)
                except RpcError as error:
                    self._lose(line, error.at(line.endpoint.name, line.endpoint.scrub), begun)
                except Exception as error:
                    # a fault of ours: blocks are seen by polling, and only this is not working
                    log.exception("failing", chain=self._chain, socket=line.endpoint.name)
                    unknown = RpcError(f"a fault in Spyhop itself: {type(error).__name__}")
                    self._lose(line, unknown, begun)
                finally:
                    self._connected = False

    async def _next_line(self, turn: int) -> _Line:
        """The next endpoint in turn that may be tried, after waiting for one."""
        while True:
            in_turn = self._lines[turn:] + self._lines[:turn]
            now = self._clock()
            for line in in_turn:
                if line.not_before <= now:
                    return line
            await self._sleep(min(line.not_before for line in in_turn) - now)

    async def _listen(self, session: aiohttp.ClientSession, line: _Line) -> None:
        self._current = line.endpoint.name
        async with subscribed(session, line.endpoint, self._terms) as subscription:
            self._connected = True
            head = await subscription.next()
            self._emit(SocketOpened(self._chain, line.endpoint.name))
            before: Head | None = None
            while True:
                self._hear(head, before)
                before, head = head, await subscription.next()

    def _hear(self, head: Head, before: Head | None) -> None:
        self._last = head
        self._heard, self._heard_at = self._clock(), self._now()
        # one that went back is a reorg's, or another node's behind a load balancer: nothing to
        # fetch yet, but what follows is measured by it
        if before is None or head.number > before.number:
            self._pending = head.number
            self._news.set()

    def _lose(self, line: _Line, error: RpcError, begun: float) -> None:
        now = self._clock()
        options = self._options
        name = line.endpoint.name
        self._lost += 1
        self._last_error = f"{type(error).__name__}: {error.text}"
        line.faults = 1 if now - begun >= options.steady_after else line.faults + 1
        if isinstance(error, NodeUnusable | MethodUnsupported):
            line.not_before = now + options.quarantine_for
            self._emit(NodeQuarantined(self._chain, name, error.text))
            return
        wait = min(options.backoff_first * 2 ** min(line.faults - 1, 30), options.backoff_longest)
        if isinstance(error, RateLimited):
            told = options.rate_limit_wait if error.retry_after is None else error.retry_after
            wait = max(wait, min(told, options.longest_wait))
        line.not_before = now + wait
        self._emit(SocketLost(self._chain, name, type(error).__name__, error.text))


def _ignore(_: RpcEvent) -> None:
    return
