"""Long polling: updates in order, progress published, and Telegram's refusals told clearly.

Updates are confirmed only once they are handled (or have taken too long), so what a person typed
just before a crash is handled after it. Handlers can stand being called twice.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from msgspec.structs import replace

from bot.lanes import Lanes
from data.errors import ConfigurationError
from data.redis.away import RedisAway
from data.redis.limiter import Pauses, pauses
from data.redis.published import BotStatus, publish_bot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from aiogram import Bot, Dispatcher
    from aiogram.types import Update, User
    from redis.asyncio import Redis

    T = TypeVar("T")

_log = structlog.get_logger(__name__)

REFUSED = (
    "BOT_TOKEN was refused by Telegram, it was revoked or mistyped: ask @BotFather for the current"
    " one and put it into .env"
)
SECOND_POLLER = (
    "another program is reading this bot's updates with the same token: stop it, or get a bot of"
    " its own from @BotFather; until then commands may go unanswered"
)
WEBHOOK = (
    "a webhook is set for this bot, and Telegram answers polling only without one: stop the"
    " program that set it, or remove it with deleteWebhook"
)


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
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._redis = redis
        self._clock = clock
        self._long_poll = long_poll
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._remind_after = remind_after
        self._handle_within = handle_within
        self._allowed = dispatcher.resolve_used_update_types()
        self._offset: int | None = None
        self._told: dict[str, float] = {}
        self._troubled = False
        self._last_update_at: datetime | None = None
        self._published: BotStatus | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until ``stopping``. Raises ConfigurationError when Telegram refuses the token."""
        self._published = BotStatus(
            written_at=self._clock(), username="", polling_since=self._clock()
        )
        me = await self._ask(self._bot.me, stopping)
        if me is None:
            return
        since = self._clock()
        _log.info("polling", bot=f"@{me.username}")
        await self._publish(me, since, [])
        try:
            async with asyncio.TaskGroup() as group:
                await self._poll(me, since, Lanes(group, self._handle), stopping)
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        await self._confirm()

    async def _poll(self, me: User, since: datetime, lanes: Lanes, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            updates = await self._ask(self._get_updates, stopping)
            if updates is None:
                break
            await self._publish(me, since, updates)
            lanes.put(updates)
            await lanes.drained(self._handle_within)
            if updates:
                self._offset = updates[-1].update_id + 1
        if not await lanes.drained(self._handle_within / 2):
            lanes.cancel()

    async def _handle(self, update: Update) -> None:
        try:
            await self._dispatcher.feed_update(self._bot, update)
        except Exception as error:  # noqa: BLE001 - one update must not end the polling of all
            _log.error("an update failed unanswered", update=update.update_id, exc_info=error)

    async def _get_updates(self) -> list[Update]:
        return await self._bot.get_updates(
            offset=self._offset,
            timeout=self._long_poll,
            allowed_updates=self._allowed,
            request_timeout=self._long_poll + 20,
        )

    async def _ask(self, call: Callable[[], Awaitable[T]], stopping: asyncio.Event) -> T | None:
        """Call until Telegram answers; None when it is time to stop."""
        wait = self._first_wait
        while not stopping.is_set():
            pause = wait
            try:
                answer = await _unless(stopping, call)
            except (TelegramUnauthorizedError, TelegramNotFound):
                # Telegram says 404 to a token whose form it does not know
                raise ConfigurationError(REFUSED) from None
            except TelegramConflictError as error:
                await self._tell(WEBHOOK if "webhook" in error.message else SECOND_POLLER, wait)
            except TelegramRetryAfter as error:
                pause = max(wait, error.retry_after)
                await self._tell("Telegram asks for patience", pause, seconds=error.retry_after)
            except (AiogramError, OSError) as error:
                # the type only: the text may hold a whole page of HTML
                why = type(error).__name__
                await self._tell("Telegram does not answer, trying again", wait, why=why)
            else:
                if self._troubled and answer is not None:
                    self._troubled = False
                    self._say(_log.info, "Telegram answers again")
                return answer
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            wait = min(wait * 2, self._longest_wait)
        return None

    async def _tell(self, sentence: str, pause: float, **details: object) -> None:
        """Log what Telegram does instead of answering, and leave word of it for the health check;
        when it answered last stays as it was."""
        self._troubled = True
        self._say(_log.warning, sentence, **details)
        if self._published is not None:
            about = "".join(f" ({value})" for value in details.values())
            again_at = self._clock() + timedelta(seconds=pause)
            trouble = f"{sentence}{about}"
            await self._show(replace(self._published, trouble=trouble, tries_again_at=again_at))

    def _say(self, log: Callable[..., object], sentence: str, **details: object) -> None:
        """Log a sentence, but the same one only every few minutes: two pollers take turns."""
        now = asyncio.get_running_loop().time()
        told = self._told.get(sentence)
        if told is None or now - told >= self._remind_after:
            self._told[sentence] = now
            log(sentence, **details)

    async def _publish(self, me: User, since: datetime, updates: list[Update]) -> None:
        now = self._clock()
        self._last_update_at = now if updates else self._last_update_at
        held = Pauses()
        with suppress(TimeoutError, RedisAway, OSError):
            async with asyncio.timeout(2):
                held = await pauses(self._redis)
        status = BotStatus(
            written_at=now,
            username=me.username or "",
            polling_since=since,
            last_update_at=self._last_update_at,
            paused_until=held.bot_until,
            paused_chats=held.chats,
            chats_paused_until=held.chats_until,
        )
        await self._show(status)

    async def _show(self, status: BotStatus) -> None:
        self._published = status
        with suppress(TimeoutError, RedisAway, OSError):
            async with asyncio.timeout(2):
                await publish_bot(self._redis, status)

    async def _confirm(self) -> None:
        """Tell Telegram what was handled last, so that it does not come again at the next start."""
        if self._offset is not None:
            with suppress(AiogramError, OSError):
                await self._bot.get_updates(
                    offset=self._offset, limit=1, timeout=0, request_timeout=2
                )


async def _unless(stopping: asyncio.Event, call: Callable[[], Awaitable[T]]) -> T | None:
    """The answer, or None as soon as it is time to stop."""

    async def answer() -> T:
        return await call()

    asked = asyncio.create_task(answer())
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({asked, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return asked.result() if asked.done() else None
    finally:
        for task in (asked, stopped):
            task.cancel()
        await asyncio.gather(asked, stopped, return_exceptions=True)
