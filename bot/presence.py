"""How the bot stands with Telegram: asked until it answers, and left word of for the health check.

What is published is dated by when Telegram answered last, never by when somebody looked.
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

from data.errors import ConfigurationError
from data.redis.away import RedisAway
from data.redis.limiter import Pauses, pauses
from data.redis.published import BotStatus, publish_bot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from aiogram.types import User
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


class Presence:
    """Times in seconds. The same trouble is logged once in ``remind_after``."""

    def __init__(
        self,
        redis: Redis,
        clock: Callable[[], datetime],
        *,
        first_wait: float = 1,
        longest_wait: float = 30,
        remind_after: float = 300,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._remind_after = remind_after
        self._told: dict[str, float] = {}
        self._troubled = False
        self._since = clock()
        self._last_update_at: datetime | None = None
        self._published = BotStatus(written_at=clock(), username="", polling_since=self._since)

    async def ask(self, call: Callable[[], Awaitable[T]], stopping: asyncio.Event) -> T | None:
        """Call until Telegram answers; None when it is time to stop. Raises ConfigurationError when
        it refuses the token."""
        wait = self._first_wait
        while not stopping.is_set():
            pause = wait
            try:
                answer = await _unless(stopping, call)
            except (TelegramUnauthorizedError, TelegramNotFound):
                # Telegram says 404 to a token whose form it does not know
                raise ConfigurationError(REFUSED) from None
            except TelegramConflictError as error:
                await self.tell(WEBHOOK if "webhook" in error.message else SECOND_POLLER, wait)
            except TelegramRetryAfter as error:
                pause = max(wait, error.retry_after)
                await self.tell("Telegram asks for patience", pause, seconds=error.retry_after)
            except (AiogramError, OSError) as error:
                # the type only: the text may hold a whole page of HTML
                why = type(error).__name__
                await self.tell("Telegram does not answer, trying again", wait, why=why)
            else:
                if answer is not None:
                    self.well()
                return answer
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
            wait = min(wait * 2, self._longest_wait)
        return None

    def well(self) -> None:
        """What was told of is over."""
        if self._troubled:
            self._troubled = False
            self._say(_log.info, "Telegram answers again")

    async def tell(self, sentence: str, pause: float, **details: object) -> None:
        """Log what Telegram does instead of answering, and leave word of it for the health check;
        when it answered last stays as it was. It is asked again after the pause."""
        self._troubled = True
        self._say(_log.warning, sentence, **details)
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

    def begun(self) -> None:
        """From now on updates come in."""
        self._since = self._clock()

    def heard(self) -> None:
        """Telegram has brought something."""
        self._last_update_at = self._clock()

    async def publish(self, me: User) -> None:
        """Telegram has just answered."""
        held = Pauses()
        with suppress(TimeoutError, RedisAway, OSError):
            async with asyncio.timeout(2):
                held = await pauses(self._redis)
        await self._show(
            BotStatus(
                written_at=self._clock(),
                username=me.username or "",
                polling_since=self._since,
                last_update_at=self._last_update_at,
                paused_until=held.bot_until,
                paused_chats=held.chats,
                chats_paused_until=held.chats_until,
            )
        )

    async def _show(self, status: BotStatus) -> None:
        self._published = status
        with suppress(TimeoutError, RedisAway, OSError):
            async with asyncio.timeout(2):
                await publish_bot(self._redis, status)


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
