"""What the bot has to learn: a queue that one poller at a time reads and confirms."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import Conflict

TERMINATED = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Update:
    """One update; `kind` is the field that `payload` stands in."""

    update_id: int
    kind: str
    date: float
    payload: dict[str, Any]

    def as_api(self) -> dict[str, Any]:
        return {"update_id": self.update_id, self.kind: self.payload}


@dataclass(slots=True)
class Updates:
    """The queue. As in Telegram a new poll ends the one that waits, with 409 for the older."""

    next_id: int = 800_000_001
    queue: list[Update] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Something may be there to be brought to a webhook."""
    _waiter: asyncio.Future[None] | None = None

    def put(self, kind: str, payload: dict[str, Any], now: float) -> None:
        """Dropped at once when the bot did not ask for this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return
        self.queue.append(Update(self.next_id, kind, now, payload))
        self.next_id += 1
        self.changed.set()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def drop(self) -> None:
        self.queue.clear()

    def brought(self, update: Update) -> None:
        """A webhook has taken it."""
        if update in self.queue:
            self.queue.remove(update)

    def interrupt(self, description: str) -> bool:
        """Ends a waiting poll with a 409; says whether there was one."""
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return False
        waiter.set_exception(Conflict(description))
        return True

    @property
    def being_polled(self) -> bool:
        return self._waiter is not None

    async def poll(self, offset: int, limit: int, timeout: float, now: float) -> list[Update]:
        """Confirms everything before `offset`, then waits up to `timeout` seconds for more.

        Raises Conflict when another poll comes meanwhile.
        """
        self.interrupt(TERMINATED)
        self._confirm(offset, now)
        if self.queue or timeout <= 0:
            return self.queue[:limit]
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        try:
            async with asyncio.timeout(timeout):
                await waiter
        except TimeoutError:
            return []
        finally:
            if self._waiter is waiter:
                self._waiter = None
        return self.queue[:limit]

    def _confirm(self, offset: int, now: float) -> None:
        fresh = [u for u in self.queue if now - u.date < KEPT_SECONDS]
        fresh = fresh[offset:] if offset < 0 else [u for u in fresh if u.update_id >= offset]
        self.queue[:] = fresh
