"""``/admin``: its first screen, and what is only read there: queue, nodes, errors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import F, Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.operators import Desk, DeskButton
from bot.keyboards import operators as keyboards
from bot.middlewares.introduction import PERSONAL
from bot.texts import operators as texts
from bot.texts.standing import standing as standing_text
from data.queries import census, pauses, standing
from data.redis import faults, published
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chain, Fault
    from data.redis.published import ChainStatus, DeliveryStatus

A_DAY = timedelta(days=1)


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="desk")
    router.message.register(admin, Command("admin", ignore_case=True), flags=PERSONAL)
    screens = {Desk.HOME: home, Desk.QUEUE: queue, Desk.NODES: nodes, Desk.ERRORS: errors}
    for screen, handler in screens.items():
        chosen = DeskButton.filter(F.screen == screen)
        router.callback_query.register(handler, chosen, flags=PERSONAL)
    return router


async def admin(message: Message, context: Context) -> None:
    """The first screen."""
    await answer(message, *await _home(context))


async def home(query: CallbackQuery, context: Context) -> None:
    """The same by button."""
    await show(query, *await _home(context))


async def queue(query: CallbackQuery, context: Context) -> None:
    """How delivery stands, as it last said itself."""
    found: DeliveryStatus | None = None
    redis = True
    try:
        found = await published.delivery_status(context.redis)
    except (RedisAway, OSError):
        redis = False
    text = standing_text(found, context.clock(), redis=redis)
    await show(query, text, keyboards.back(Desk.QUEUE))


async def nodes(query: CallbackQuery, context: Context) -> None:
    """Every node of every chain."""
    found = await statuses(context)
    await show(query, texts.nodes(found, context.clock()), keyboards.back(Desk.NODES))


async def errors(query: CallbackQuery, context: Context) -> None:
    """What went wrong in the last day."""
    text = texts.errors(await _faults(context), context.clock())
    await show(query, text, keyboards.back(Desk.ERRORS))


async def statuses(context: Context) -> list[tuple[Chain, ChainStatus | None]]:
    """What the watcher publishes of each chain; None of those that it never did, or cannot be
    read."""
    found: dict[str, ChainStatus | None] = {}
    try:
        for chain in context.chains:
            found[chain.name] = await published.chain_status(context.redis, chain.name)
    except (RedisAway, OSError):
        found.clear()
    return [(chain, found.get(chain.name)) for chain in context.chains]


async def _faults(context: Context) -> list[Fault] | None:
    try:
        return await faults.read(context.redis, context.clock())
    except (RedisAway, OSError):
        return None


async def _home(context: Context) -> tuple[str, InlineKeyboardMarkup]:
    now = context.clock()
    async with context.database.read() as connection:
        people = await census.people(connection, now - A_DAY)
        waiting = await standing.queue(connection, now)
        resting = await pauses.all_of(connection)
    failed = sum(fault.count for fault in await _faults(context) or ())
    text = texts.home(people.total, waiting, len(resting), failed, now)
    return text, keyboards.home()
