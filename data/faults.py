"""Faults: what the log of a process calls an error, counted for whoever runs the bot.

A processor of the log notes them, and a loop writes them to Redis every few seconds, where those of
all processes come together. Only the kind of a fault is kept, the sentence of the log with the
error's type: no values, and nothing that the log itself would not show.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data.model import Fault
from data.redis.away import RedisAway
from data.redis.faults import OTHER, add

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redis.asyncio import Redis
    from structlog.typing import EventDict, WrappedLogger

WRITE_SECONDS = 5.0
MOST_KINDS = 50
"""Different kinds that are kept apart between two writings."""
LONGEST_KIND = 120
_LONGEST_CODE = 16
_LOUD = {"error", "critical", "exception"}


class Faults:
    """Notes what is logged as an error; a processor of structlog, which any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: dict[str, Fault] = {}
        self.scrub: Callable[[str], str] = lambda line: line

    def __call__(self, _logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Note it, and hand it on as it is."""
        if event.get("level", method) in _LOUD:
            self.note(self.scrub(_kind(event))[:LONGEST_KIND], event.get("code"))
        return event

    def note(self, kind: str, code: object = None, count: int = 1) -> None:
        """One more, or several, of a kind."""
        now = datetime.now(UTC)
        with self._lock:
            if kind not in self._noted and len(self._noted) >= MOST_KINDS:
                kind, code = OTHER, None
            known = self._noted.get(kind) or Fault("", kind, 0, now)
            latest = str(code)[:_LONGEST_CODE] if code else known.code
            self._noted[kind] = replace(known, count=known.count + count, last=now, code=latest)

    def taken(self) -> list[Fault]:
        """What was noted since the last time."""
        with self._lock:
            noted, self._noted = self._noted, {}
        return list(noted.values())

    async def run(self, redis: Redis, process: str, stopping: asyncio.Event) -> None:
        """Write what was noted every few seconds until ``stopping``; what cannot be written now is
        written the next time."""
        while not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), WRITE_SECONDS)
            await self.write(redis, process)

    async def write(self, redis: Redis, process: str) -> None:
        """Write what was noted now, or keep it."""
        noted = self.taken()
        try:
            await add(redis, [replace(fault, process=process) for fault in noted])
        except (RedisAway, OSError):
            for fault in noted:
                self.note(fault.kind, fault.code, fault.count)


faults = Faults()
"""This process's: the log is one a process, too."""


def _kind(event: Mapping[str, Any]) -> str:
    """The sentence, and the type of the error; of other people's loggers their name instead,
    because anything may stand in their sentences."""
    record = event.get("_record")
    foreign = record is not None and not event.get("_from_structlog", True)
    sentence = str(event.get("logger", "")) if foreign else str(event.get("event", ""))
    parts = [sentence, _type_of(event.get("exc_info")), event.get("chain")]
    return ": ".join(str(part) for part in parts if part)


def _type_of(exc_info: object) -> str | None:
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1] if len(exc_info) > 1 else None
    if exc_info is True:
        exc_info = sys.exc_info()[1]
    return type(exc_info).__name__ if isinstance(exc_info, BaseException) else None
