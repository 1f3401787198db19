"""``/status``: what is published and stored; no node is ever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.health import read_health
from bot.levels import OPERATORS
from bot.middlewares.permission import OPEN
from bot.texts.status import status as status_text

if TYPE_CHECKING:
    from aiogram.types import Message

    from bot.context import Context
    from data.model import Level


def make_router() -> Router:
    """Its handler."""
    router = Router(name="status")
    router.message.register(status, Command("status", ignore_case=True), flags=OPEN)
    return router


async def status(message: Message, context: Context, level: Level) -> None:
    """How far each chain is, by the time stamps of whoever did the work; how delivery stands, for
    those who run it."""
    health = await read_health(context)
    # in a group others read along
    for_admin = message.chat.type == "private" and level in OPERATORS
    await answer(message, status_text(health, context.clock(), for_admin=for_admin))
