"""Blocked, unblocked, removed: whether the bot may speak in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiogram import Router

from data.model import ChatState
from data.queries import chats

if TYPE_CHECKING:
    from aiogram.types import ChatMemberUpdated

    from bot.context import Context

_log = structlog.get_logger(__name__)


def make_router(context: Context) -> Router:
    """Its handler; it stands outside of the private chats' middlewares."""
    router = Router(name="membership")

    async def changed(event: ChatMemberUpdated) -> None:
        await note_membership(event, context)

    router.my_chat_member.register(changed)
    return router


async def note_membership(event: ChatMemberUpdated, context: Context) -> None:
    """Note what Telegram says about our own membership; watches are kept whatever it is."""
    private = event.chat.type == "private"
    gone = event.new_chat_member.status in {"kicked", "left"}
    state, reason = ChatState.ACTIVE, None
    if gone:
        state = ChatState.BLOCKED if private else ChatState.KICKED
        reason = "blocked by the person" if private else "removed from the chat"
    async with context.database.write() as connection:
        await chats.set_state(connection, event.chat.id, state, reason)
    _log.info("chat changed", chat=event.chat.id, state=state.value)
