"""Claims: a send's mark, so that nothing is said twice unless nobody can know.

Key: ``notified:{chain}:{tx_hash}:{chat_id}:{topic}:{kind}:{revision}``, or
``notified:broadcast:{id}:{chat_id}``, kept for seven days. A digest has one of its own beside its
alerts', with its period in place of the hash.
Value: ``lease:{owner}:{expires_ms}`` while the send is on its way, then ``sent:{message_id}``.
The key outlives its lease: that is how a send of unknown outcome is told from none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from data.redis.scripts import script

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from redis.asyncio import Redis

    from data.model import Alert

KEPT_FOR = timedelta(days=7)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Ours to send; nobody ever tried."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Ours to send once more: an earlier send left no trace of how it ended."""


@dataclass(frozen=True, slots=True)
class AlreadySent:
    """Told already, in the message with Telegram's id ``message_id``."""

    message_id: int


@dataclass(frozen=True, slots=True)
class HeldByOther:
    """A send is on its way; the lease runs out in ``left`` unless its owner settles it."""

    left: timedelta


Answer = Claimed | Uncertain | AlreadySent | HeldByOther


def alert_key(alert: Alert, *, kind: str = "alert", revision: int = 1) -> str:
    """The key of one alert's first telling."""
    return (
        f"notified:{alert.chain}:{alert.tx_hash.hex()}:{alert.chat_id}:{alert.topic_id}"
        f":{kind}:{revision}"
    )


def digest_key(chat_id: int, topic_id: int, due: datetime) -> str:
    """The key of what is told in a topic at a time, whatever that is."""
    period = f"{due.astimezone(UTC):%Y%m%dT%H%M%S.%f}"
    return f"notified:digest:{period}:{chat_id}:{topic_id}:digest:1"


def broadcast_key(broadcast_id: int, chat_id: int) -> str:
    """The key of what an operator tells one chat."""
    return f"notified:broadcast:{broadcast_id}:{chat_id}"


class Claims:
    """One owner's claims; several keys are claimed and settled in one step each.

    ``owner`` is new with every start of a process. Raises RedisError when the server is away.
    """

    def __init__(self, redis: Redis, owner: str, lease_for: timedelta) -> None:
        self._owner = owner
        self._lease_ms = max(1, lease_for // _MILLISECOND)
        self._claim = script(redis, "claim")
        self._settle = script(redis, "settle")

    async def claim(self, keys: Sequence[str]) -> list[Answer]:
        """Take the right to send, each key on its own; answers in the order of the keys."""
        arguments: list[str | int] = [self._owner, self._lease_ms, KEPT_FOR // _MILLISECOND]
        found = await self._claim(list(keys), arguments)
        return [_answer(*pair) for pair in zip(found[::2], found[1::2], strict=True)]

    async def sent(self, keys: Sequence[str], message_id: int) -> None:
        """Telegram has accepted them as that message."""
        await self._end(keys, "sent", message_id)

    async def release(self, claimed: Sequence[str], uncertain: Sequence[str]) -> None:
        """The send certainly did not happen. What was uncertain before stays uncertain."""
        await self._end(claimed, "forget")
        await self._end(uncertain, "doubt")

    async def doubt(self, keys: Sequence[str]) -> None:
        """The send is over and nobody knows how it ended: the next claim finds it uncertain."""
        await self._end(keys, "doubt")

    async def _end(self, keys: Sequence[str], how: str, message_id: int = 0) -> None:
        if keys:
            kept_ms = KEPT_FOR // _MILLISECOND
            arguments: list[str | int] = [self._owner, how, message_id, kept_ms]
            await self._settle(list(keys), arguments)


def _answer(state: str, rest: str) -> Answer:
    if state == "sent":
        return AlreadySent(int(rest))
    if state == "held":
        return HeldByOther(int(rest) * _MILLISECOND)
    return Uncertain() if state == "uncertain" else Claimed()
