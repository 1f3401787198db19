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
    """How far each chain is, by the time stamps of whoever did the work; how delivery stands, for
    those who run it."""
    health = await read_health(context)
    sender = message.from_user
    # in a group others read along
    is_private = message.chat.type == "private"
    is_admin = is_private and sender is not None and sender.id in context.settings.admin_ids
    await answer(message, status_text(health, context.clock(), for_admin=is_admin))
