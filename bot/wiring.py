"""The bot's concrete parts, put together here and nowhere else."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode

from bot.commands import register_commands
from bot.context import Context
from bot.delivery.rate_limiter import limits_of
from bot.dispatcher import make_dispatcher
from bot.languages import load_catalogs
from bot.polling import Polling
from bot.session import Session
from bot.throttle import Throttle
from bot.webhook import Webhook
from data.database import Database, open_database
from data.errors import ConfigurationError
from data.faults import faults
from data.metrics import metrics_served
from data.migrate import prepare_schema
from data.redis.connection import open_redis, refuse_eviction
from data.redis.limiter import Limiter
from data.together import together

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from data.settings import Settings

_log = structlog.get_logger(__name__)

NOT_SET = (
    "BOT_TOKEN is not set: @BotFather on Telegram gives you one, put it into .env; `make demo`"
    " needs none"
)


class Delivering(Protocol):
    """What sends alerts beside the listening."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until ``stopping``."""


def make_delivery(
    bot: Bot, database: Database, redis: Redis, settings: Settings, owner: str
) -> Delivering:
    """The delivery of ``bot.delivery``."""
    from bot.delivery import Delivery

    return Delivery(bot, database, redis, settings, owner)


def make_listening(bot: Bot, context: Context) -> Polling | Webhook:
    """How updates come in: Telegram is polled, unless it is told where to call."""
    dispatcher, settings = make_dispatcher(context), context.settings
    if settings.webhook_url is None:
        return Polling(bot, dispatcher, context.redis, context.clock)
    return Webhook(bot, dispatcher, context.redis, settings, context.clock)


def open_bot(settings: Settings) -> Bot:
    """The bot, speaking HTML without link previews. Raises ConfigurationError without a token."""
    if settings.bot_token is None:
        raise ConfigurationError(NOT_SET)
    session = Session(api=TelegramAPIServer.from_base(settings.telegram_api_url))
    return Bot(
        settings.bot_token.get_secret_value(),
        session=session,
        default=DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True),
    )


async def run_bot(
    settings: Settings,
    stopping: asyncio.Event,
    *,
    deliver_with: Callable[[Bot, Database, Redis, Settings, str], Delivering] = make_delivery,
) -> None:
    """The whole process: until ``stopping`` is set, or until a part of it fails.

    Raises ConfigurationError when a setting, the schema or Telegram says that it cannot work.
    """
    load_catalogs()
    # one answers, one tells of alerts: they wait for their turn in different ways
    bot, teller = open_bot(settings), open_bot(settings)
    redis = open_redis(settings.redis)
    bot.session.middleware(Throttle(Limiter(redis, limits_of(settings))))
    database = open_database(settings)
    try:
        await prepare_schema(database, migrate_now=settings.auto_migrate)
        await refuse_eviction(redis)
        context = Context(
            database=database,
            redis=redis,
            settings=settings,
            chains=tuple(settings.known_chains[name] for name in settings.chains),
            labels=settings.labels,
            clock=lambda: datetime.now(UTC),
        )
        listening = make_listening(bot, context)
        delivery = deliver_with(teller, database, redis, settings, _owner())
        port = settings.bot_metrics_port
        with metrics_served("BOT_METRICS_PORT", settings.metrics_host, port):
            await together(
                listening.run(stopping),
                delivery.run(stopping),
                register_commands(bot, stopping),
                faults.run(redis, "bot", stopping),
            )
    finally:
        await bot.session.close()
        await teller.session.close()
        await redis.aclose()
        await database.close()


def _owner() -> str:
    """Who holds this process's leases: no two processes share it."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
