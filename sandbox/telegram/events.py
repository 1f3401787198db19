"""What happens, as it happens: for the page, for the client's stream, for tests that wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

KEPT_EVENTS = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` says what `body` is: message, chat, user, callback, call, commands or action."""

    seq: int
    kind: str
    body: Any


@dataclass(slots=True)
class Events:
    """A log with followers. Whoever falls out of the log is given what is left of it."""

    log: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    seq: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def emit(self, kind: str, body: Any) -> None:
        self.seq += 1
        self.log.append(Event(self.seq, kind, body))
        self.wake()

    def wake(self) -> None:
        """Lets everybody who waits look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def until(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Waits up to `timeout` seconds until `holds()`; says whether it does."""
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return holds()
        return True

    async def follow(self, after: int) -> AsyncIterator[Event]:
        """Everything after the event `after`, then live, for ever."""
        while True:
            changed = self._changed
            fresh = self._since(after)
            for event in fresh:
                after = event.seq
                yield event
            if not fresh:
                await changed.wait()

    def _since(self, after: int) -> list[Event]:
        """Read from the end, so that following a long log costs nothing."""
        return list(takewhile(lambda event: event.seq > after, reversed(self.log)))[::-1]
