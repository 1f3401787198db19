"""The server that Telegram calls, and what Telegram is told of it.

Telegram is asked every few seconds how it gets on: that answer is what the health check goes by,
because nobody may write for hours. Whatever else the webhook was set to meanwhile is set right.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError

from bot.presence import Presence
from bot.webhook.doorkeeper import Doorkeeper, derived_secret
from bot.webhook.intake import Intake
from data.errors import ConfigurationError
from data.redis.away import RedisAway
from data.redis.webhook import note_webhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiogram import Bot, Dispatcher
    from aiogram.types import User, WebhookInfo
    from redis.asyncio import Redis

    from data.settings import Settings

_log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
"""Bytes; Telegram's updates have a few thousand."""
READ_WITHIN = 10.0
"""Seconds for a body: who takes longer holds up others."""
CONNECTIONS = 40
"""That Telegram may have open at once: as many updates are on their way at most."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name alone
LATELY = 120.0
"""Seconds for which an error that Telegram tells of may be what holds its updates up."""


class Webhook:
    """Lets Telegram call until it is told to stop. Times in seconds."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        redis: Redis,
        settings: Settings,
        clock: Callable[[], datetime],
        *,
        ask_every: float = 10,
        first_wait: float = 1,
        handle_within: float = 20,
    ) -> None:
        assert settings.webhook_url is not None
        self._bot = bot
        self._dispatcher = dispatcher
        self._redis = redis
        self._url = settings.webhook_url
        self._listen_on = (settings.webhook_host, settings.webhook_port)
        chosen = settings.webhook_secret
        self._secret = chosen.get_secret_value() if chosen else derived_secret(bot.token)
        self._doorkeeper = Doorkeeper(
            self._secret,
            settings.webhook_networks,
            settings.webhook_trusted_proxies,
            per_second=settings.webhook_rate_per_second,
        )
        self._presence = Presence(redis, clock, first_wait=first_wait)
        self._ask_every = ask_every
        self._handle_within = handle_within
        self._intake: Intake | None = None
        self._announced = False
        self.port: int | None = None
        """Where it listens, once it does."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until ``stopping``. Raises ConfigurationError when Telegram refuses the token, or
        when nothing can listen there."""
        me = await self._presence.ask(self._bot.me, stopping)
        if me is None:
            return
        try:
            async with asyncio.TaskGroup() as group:
                await self._serve(me, group, stopping)
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _serve(self, me: User, group: asyncio.TaskGroup, stopping: asyncio.Event) -> None:
        intake = Intake(group, self._handle, self._redis, handle_within=self._handle_within)
        runner = await self._listen()
        self._intake = intake
        try:
            await self._announce(stopping)
            self._presence.begun()
            _log.info("listening to Telegram", bot=f"@{me.username}", port=self.port)
            while not stopping.is_set():
                await self._look(me, stopping)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), self._ask_every)
        finally:
            self._intake = None  # whoever comes now comes again
            if not await intake.drained(self._handle_within / 4):
                intake.cancel()
            await runner.cleanup()

    async def _listen(self) -> web.AppRunner:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post(urlsplit(self._url).path or "/", self._called)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        host, port = self._listen_on
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            msg = f"WEBHOOK_HOST and WEBHOOK_PORT: nothing can listen on {host}:{port}, {error}"
            raise ConfigurationError(msg) from None
        self.port = int(runner.addresses[0][1])
        return runner

    async def _announce(self, stopping: asyncio.Event) -> None:
        """Tell Telegram where to call; what waits for us is kept there."""
        # before Telegram knows: if this process ends in between, polling still takes it back
        with suppress(RedisAway, OSError):
            await note_webhook(self._redis, self._url)
        self._announced = bool(await self._presence.ask(self._set, stopping))

    async def _set(self) -> bool:
        try:
            return await self._bot.set_webhook(
                self._url,
                secret_token=self._secret,
                allowed_updates=self._dispatcher.resolve_used_update_types(),
                max_connections=CONNECTIONS,
            )
        except TelegramBadRequest as error:
            # a name that is not resolved yet, or a URL that will never do: only Telegram knows
            sentence = "Telegram does not take WEBHOOK_URL, trying again"
            await self._presence.tell(sentence, self._ask_every, why=error.message)
            return False

    async def _look(self, me: User, stopping: asyncio.Event) -> None:
        """How Telegram gets on with it."""
        info = await self._presence.ask(self._bot.get_webhook_info, stopping)
        if info is None:
            return
        if info.url != self._url:
            if self._announced:
                sentence = "another program changed this bot's webhook: it is set again"
                await self._presence.tell(sentence, self._ask_every)
            await self._announce(stopping)
        elif why := _trouble(info):
            sentence = "Telegram cannot bring updates to WEBHOOK_URL"
            await self._presence.tell(sentence, self._ask_every, why=why)
        else:
            self._presence.well()
            await self._presence.publish(me)

    async def _called(self, request: web.Request) -> web.Response:
        """One update. 200 says that it was handled; anything else that it has to come again."""
        refusal = self._doorkeeper.refusal(
            request.remote,
            ",".join(request.headers.getall("X-Forwarded-For", [])),
            request.headers.get(SECRET_HEADER),
            asyncio.get_running_loop().time(),
        )
        if refusal is not None:
            _log.debug("a call of the webhook was refused", status=refusal)
            return web.Response(status=refusal)
        intake = self._intake
        if intake is None:
            return _again()
        try:
            async with asyncio.timeout(READ_WITHIN):
                body = await request.read()
            update = Update.model_validate_json(body, context={"bot": self._bot})
        except TimeoutError:
            return web.Response(status=408)
        except ValidationError:
            return web.Response(status=400)
        self._presence.heard()
        return web.Response() if await intake.take(update) else _again()

    async def _handle(self, update: Update) -> None:
        try:
            await self._dispatcher.feed_update(self._bot, update)
        except Exception as error:  # noqa: BLE001 - one update must not end the serving of all
            _log.error("an update failed unanswered", update=update.update_id, exc_info=error)


def _again() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": "1"})


def _trouble(info: WebhookInfo) -> str | None:
    """What Telegram says that it cannot do, while updates wait for it."""
    if not info.pending_update_count or info.last_error_date is None:
        return None
    age = datetime.now(UTC) - info.last_error_date
    return info.last_error_message if age.total_seconds() <= LATELY else None
