"""Says by edits that what messages told has become safe, or final, with what budget is left.

A chain's heights are looked at every few seconds. Where they have moved, the messages that tell of
the blocks between are noted, and their chats are queued, a few at a time and only while no chat has
anything else to wait for; a turn then makes the edit, if the limits let it. What comes later than
ten minutes after the message is not worth an edit: nobody looks at the message any more.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

import structlog

from data.database import DATABASE_AWAY
from data.model import Certainty, Priority
from data.queries import certainty, cursors, queues
from data.redis.away import RedisAway
from data.redis.wake import wake
from data.together import heed_cancellation

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.delivery.means import Means

_log = structlog.get_logger(__name__)

CONFIRM_WITHIN = timedelta(minutes=10)
POLL_SECONDS = 2.0
AT_ONCE = 4
"""Chats queued in one go: fewer than turns that are taken at once, so that one is always free."""
MOST_WAITING = 15_000
"""More than the bot can edit in ten minutes."""
_NEXT_GO = 0.2
_LOOKED_AT = 50
_TRIED_AGAIN_AFTER = 5.0
_OVERLAP = timedelta(seconds=30)
"""So much of the blocks before is looked at again: a send that was on its way has ended by then."""


class Confirmations:
    """Queues chats whose messages may say more; runs until it is cancelled."""

    def __init__(self, means: Means, redis: Redis) -> None:
        self._means = means
        self._redis = redis
        self._looked_up_to: dict[tuple[str, Certainty], int] = {}
        self._waiting: dict[int, float] = {}
        """Messages by id, and when each may be tried."""

    async def run(self) -> None:
        """Look again and again; what fails is left for the next time."""
        while True:
            heed_cancellation()
            pause = POLL_SECONDS
            try:
                pause = await self.go()
            except (*DATABASE_AWAY, RedisAway):
                pass  # delivery itself tells of it
            except Exception as error:  # noqa: BLE001 - nobody goes untold because this fails
                _log.error("what has become certain could not be looked at", exc_info=error)
            await asyncio.sleep(pause)

    async def go(self) -> float:
        """One look; the seconds until the next."""
        since = self._means.clock() - CONFIRM_WITHIN
        async with self._means.database.read() as connection:
            heights = await cursors.all_settled(connection)
            for chain, settled in heights.items():
                for level, height in (
                    (Certainty.CONFIRMED, settled.safe),
                    (Certainty.FINALIZED, settled.finalized),
                ):
                    if height is not None:
                        blocks = self._new_blocks(chain, level, height)
                        await self._note(connection, chain, level, blocks)
                        # not before: what could not be read is looked at the next time
                        self._looked_up_to[chain, level] = height
            if not self._waiting:
                return POLL_SECONDS
            if not await queues.is_idle(connection):
                return POLL_SECONDS / 2
            now = asyncio.get_running_loop().time()
            ready = list(
                islice((one for one, at in self._waiting.items() if at <= now), _LOOKED_AT)
            )
            due = await certainty.due(connection, ready, heights, sent_after=since)
        await self._queue(ready, due, now)
        return _NEXT_GO if len(ready) else POLL_SECONDS

    def _new_blocks(self, chain: str, level: Certainty, height: int) -> range:
        """The blocks that came to that level since the last look, and a few of those before."""
        known = self._means.chains.get(chain)
        seconds = known.block_time if known is not None else 1.0
        first = height - ceil(CONFIRM_WITHIN.total_seconds() / seconds)
        before = self._looked_up_to.get((chain, level))
        if before == height:
            return range(0)
        if before is not None:
            first = max(first, before - ceil(_OVERLAP.total_seconds() / seconds))
        return range(max(0, first), height + 1)

    async def _note(
        self, connection: AsyncConnection, chain: str, level: Certainty, blocks: range
    ) -> None:
        if not blocks:
            return
        if len(self._waiting) >= MOST_WAITING:
            # the bot was busy for long: those that were noted first are too old by now
            for one in list(islice(self._waiting, MOST_WAITING // 2)):
                del self._waiting[one]
        room = MOST_WAITING - len(self._waiting)
        since = self._means.clock() - CONFIRM_WITHIN
        found = await certainty.newly_settled(
            connection, chain, blocks, level, sent_after=since, limit=room
        )
        for one in sorted(found):
            self._waiting[one] = 0.0

    async def _queue(self, ready: list[int], due: list[certainty.Due], now: float) -> None:
        """Queue the chats of the first that are due; forget what is not."""
        still = {one.message.id: one.message.chat_id for one in due}
        chats: dict[int, None] = {}
        for message_id in ready:
            if message_id not in still:
                del self._waiting[message_id]
            elif len(chats) < AT_ONCE or still[message_id] in chats:
                chats[still[message_id]] = None
                self._waiting[message_id] = now + _TRIED_AGAIN_AFTER
        if chats:
            async with self._means.database.write() as connection:
                await queues.enqueue(connection, [(one, Priority.CONFIRMATION) for one in chats])
            await wake(self._redis)
