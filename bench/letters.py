"""A strict Telegram in virtual time, and what it is sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from sandbox.telegram.chats import Chat
from sandbox.telegram.limits import Limits, RateLimiter

if TYPE_CHECKING:
    from collections.abc import Mapping

LATENCY = 0.05
"""Seconds from a call to its answer."""
_BURST = 5


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages each chat is to get; groups have negative ids."""

    name: str
    wanted: Mapping[int, int]

    @property
    def messages(self) -> int:
        """In all."""
        return sum(self.wanted.values())

    @property
    def floor(self) -> float:
        """Seconds below which no sender can be, by the limits alone."""
        limits = Limits()
        bot = (self.messages - 1) // limits.overall_per_second
        private = max((n - _BURST for n in (self.of(group=False))), default=0)
        minutes = max(((n - 1) // limits.group_per_minute for n in self.of(group=True)), default=0)
        return float(max(bot, private / limits.private_per_second, 60 * minutes)) + LATENCY

    def of(self, *, group: bool) -> list[int]:
        """The numbers of messages of groups, or of private chats."""
        return [number for chat, number in self.wanted.items() if (chat < 0) is group]


@dataclass(slots=True)
class Refused(Exception):
    """429, with the whole seconds to wait."""

    retry_after: int


@dataclass(slots=True)
class Telegram:
    """Takes what its limits allow and refuses the rest."""

    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    refused: int = 0
    taken: list[tuple[float, int]] = field(default_factory=list)
    _limiter: RateLimiter = field(default_factory=lambda: RateLimiter(Limits()))
    _chats: dict[int, Chat] = field(default_factory=dict)
    _grew: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, chat_id: int) -> int:
        """The message's id. Raises Refused."""
        await asyncio.sleep(LATENCY / 2)
        now = asyncio.get_running_loop().time()
        wait = self._limiter.charge(self._chat(chat_id), now)
        if wait is None:
            self.taken.append((now - self.began, chat_id))
            self._grew.set()
        else:
            self.refused += 1
        number = len(self.taken)
        await asyncio.sleep(LATENCY / 2)
        if wait is not None:
            raise Refused(wait)
        return number

    async def has_taken(self, messages: int) -> None:
        """Wait until it has so many."""
        while len(self.taken) < messages:
            self._grew.clear()
            await self._grew.wait()

    def _chat(self, chat_id: int) -> Chat:
        new = Chat(chat_id, "private" if chat_id > 0 else "supergroup")
        return self._chats.setdefault(chat_id, new)


@dataclass(frozen=True, slots=True)
class Course:
    """How sending went: seconds until the last message, refusals, and how long the median private
    message waited."""

    makespan: float
    refused: int
    private_p50: float
    delivered: Mapping[int, int]

    @classmethod
    def of(cls, telegram: Telegram) -> Course:
        """From what the server took."""
        private = [at for at, chat in telegram.taken if chat > 0]
        return cls(
            telegram.taken[-1][0] + LATENCY / 2,
            telegram.refused,
            median(private),
            Counter(chat for _, chat in telegram.taken),
        )
