"""``/status``: what is published and stored; no node is ever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.health import read_health
from bot.middlewares.permission import OPEN
from bot.texts.status import status as status_text

if TYPE_CHECKING:
    from aiogram.types import Message

    from bot.context import Context


def make_router() -> Router:
    """Its handler."""
    router = Router(name="status")
    router.message.register(status, Command("status", ignore_case=True), flags=OPEN)
    return router


async def status(message: Message, context: Context) -> None:
    """How far each chain is, by the time stamps of whoever did the work."""
    health = await read_health(context)
    await answer(message, status_text(health, context.clock()))
