"""The chat is met, and handlers get it together with the context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.types import Message

from bot import behalf, watchlist
from bot.hours.clock import keep_time
from bot.languages import speak
from bot.levels import level_of, limit_of, newcomer
from data.model import ChatKind
from data.queries import chats

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import Chat as TelegramChat
    from aiogram.types import TelegramObject

    from bot.context import Context
    from data.model import Chat, Level

PERSONAL = {"personal": True}
"""The flags of a handler that is about the private chat itself, whatever chat is set up there."""
_LONGEST_TITLE = 200


class Introduction(BaseMiddleware):
    """Hands out ``context``, ``chat``, in whose language the bot goes on, and the ``level`` of the
    person who spoke; a chat that speaks to the bot may be spoken to."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Meet the chat, in a transaction of its own where it is new, then go on."""
        context, spoke = self._context, data["event_chat"]
        person = data.get("event_from_user")
        # who writes in a group's name is nobody
        speaker = None if person is None or has_mask(event) else person.id
        private = spoke.type == ChatKind.PRIVATE
        data["chat"], stored = await self._met(
            spoke.id,
            ChatKind(spoke.type),
            # a group's language does not change with whoever speaks
            person.language_code if person and private else None,
            title_of(spoke),
            speaker,
        )
        stored = data["chat"].level if private else stored
        data["level"] = level_of(context.settings, speaker, stored)
        speak(data["chat"].reads)
        keep_time(data["chat"].time_zone)
        behalf.act(None)
        data["context"] = context
        watchlist.allow(limit_of(data["chat"], context.settings, context.settings.watches_per_chat))
        return await handler(event, data)

    async def _met(
        self,
        chat_id: int,
        kind: ChatKind,
        language: str | None,
        title: str | None,
        speaker: int | None,
    ) -> tuple[Chat, Level | None]:
        """The chat, and the level of who spoke there."""
        context, private = self._context, kind is ChatKind.PRIVATE
        # a transaction that writes waits for the disk, and most of them would write nothing new
        async with context.database.read() as connection:
            known = await chats.spoken(
                connection, chat_id, kind, language, title=title, speaker=speaker
            )
        if known is not None:
            return known
        async with context.database.write() as connection:
            return await chats.hear(
                connection,
                chat_id,
                kind,
                context.settings.default_threshold_usd,
                context.clock(),
                language,
                title=title,
                speaker=speaker,
                level=newcomer(context.settings, chat_id if private else None),
            )


def title_of(chat: TelegramChat) -> str | None:
    """What a group calls itself, or what a person is called, with their public name."""
    username = f"@{chat.username}" if chat.username else None
    parts = [chat.title, chat.first_name, chat.last_name, username if not chat.title else None]
    return " ".join(part for part in parts if part)[:_LONGEST_TITLE] or None


def has_mask(event: TelegramObject) -> bool:
    """Whether it is written in the name of a group or channel: the person is then one and the same
    for everybody who does so anywhere."""
    return isinstance(event, Message) and event.sender_chat is not None
