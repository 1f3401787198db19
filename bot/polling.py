"""Long polling: updates in order, progress published, and Telegram's refusals told clearly.

Updates are confirmed only once they are handled (or have taken too long), so what a person typed
just before a crash is handled after it. Handlers can stand being called twice. Nobody waits for
what somebody else asked: while something is handled, Telegram is asked on, and brings what is not
confirmed yet again beside what is new. A webhook that this
bot set itself, when it was told to, is taken back; one of another program is only told of.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiogram.exceptions import AiogramError

from bot.lanes import Lanes
from bot.presence import REFUSED, SECOND_POLLER, WEBHOOK, Presence
from data.redis.away import RedisAway
from data.redis.webhook import note_webhook, our_webhook

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiogram import Bot, Dispatcher
    from aiogram.types import Update, User
    from redis.asyncio import Redis

__all__ = ["REFUSED", "SECOND_POLLER", "WEBHOOK", "Polling"]

_log = structlog.get_logger(__name__)


class Polling:
    """Asks Telegram for updates until it is told to stop. Times in seconds."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        redis: Redis,
        clock: Callable[[], datetime],
        *,
        long_poll: int = 10,
        first_wait: float = 1,
        longest_wait: float = 30,
        remind_after: float = 300,
        handle_within: float = 5,
        look_again: float = 0.05,
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._redis = redis
        self._presence = Presence(
            redis,
            clock,
            first_wait=first_wait,
            longest_wait=longest_wait,
            remind_after=remind_after,
        )
        self._long_poll = long_poll
        self._handle_within = handle_within
        self._allowed = dispatcher.resolve_used_update_types()
        self._look_again = look_again
        self._offset: int | None = None
        self._taken: set[int] = set()
        """Those that may be brought again, because they are not confirmed."""
        self._under_way: dict[int, float] = {}
        """When each update came that is not handled yet."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until ``stopping``. Raises ConfigurationError when Telegram refuses the token."""
        me = await self._presence.ask(self._bot.me, stopping)
        if me is None:
            return
        await self._take_back_webhook(stopping)
        self._presence.begun()
        _log.info("polling", bot=f"@{me.username}")
        await self._presence.publish(me)
        try:
            async with asyncio.TaskGroup() as group:
                await self._poll(me, Lanes(group, self._handle), stopping)
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        await self._confirm()

    async def _take_back_webhook(self, stopping: asyncio.Event) -> None:
        """Only our own: whoever set another one is still there, and gets what it is waiting for."""
        ours = None
        with suppress(RedisAway, OSError):
            ours = await our_webhook(self._redis)
        if ours is None:
            return
        found = await self._presence.ask(self._bot.get_webhook_info, stopping)
        if found is None:
            return
        if found.url == ours and await self._presence.ask(self._bot.delete_webhook, stopping):
            _log.info("the webhook of before was taken back")
        with suppress(RedisAway, OSError):
            await note_webhook(self._redis, None)

    async def _poll(self, me: User, lanes: Lanes, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            updates = await self._presence.ask(self._get_updates, stopping)
            if updates is None:
                break
            fresh = [one for one in updates if one.update_id not in self._taken]
            if fresh:
                self._presence.heard()
                self._taken |= {one.update_id for one in fresh}
            self._under_way |= {one.update_id: _now() for one in fresh}
            lanes.put(fresh)
            # whoever asked need not wait for it
            if fresh or not updates:
                await self._presence.publish(me)
            await lanes.drained(self._look_again)
            self._confirm_handled()
        drained = await lanes.drained(self._handle_within / 2)
        self._confirm_handled()
        if not drained:
            lanes.cancel()

    def _confirm_handled(self) -> None:
        """The next question confirms everything before the first that is not handled."""
        since = _now() - self._handle_within
        waiting = [number for number, came in self._under_way.items() if came > since]
        if self._taken:
            offset = min(waiting, default=max(self._taken) + 1)
            self._offset = offset
            # the newest stays: a question may bring it again before it is confirmed
            self._taken = {one for one in self._taken if one >= offset - 1}

    async def _handle(self, update: Update) -> None:
        try:
            await self._dispatcher.feed_update(self._bot, update)
        except Exception as error:  # noqa: BLE001 - one update must not end the polling of all
            _log.error("an update failed unanswered", update=update.update_id, exc_info=error)
        finally:
            self._under_way.pop(update.update_id, None)

    async def _get_updates(self) -> list[Update]:
        return await self._bot.get_updates(
            offset=self._offset,
            timeout=self._long_poll,
            allowed_updates=self._allowed,
            request_timeout=self._long_poll + 20,
        )

    async def _confirm(self) -> None:
        """Tell Telegram what was handled last, so that it does not come again at the next start."""
        if self._offset is not None:
            with suppress(AiogramError, OSError):
                await self._bot.get_updates(
                    offset=self._offset, limit=1, timeout=0, request_timeout=2
                )


def _now() -> float:
    return asyncio.get_running_loop().time()
