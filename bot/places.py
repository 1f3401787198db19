"""Where in a chat something was said."""

from __future__ import annotations

from aiogram.types import CallbackQuery, Message

from data.queries.moving import GENERAL


def topic_of(event: Message | CallbackQuery) -> int:
    """The forum's topic in which somebody wrote or tapped; a reply in a group that is no forum has
    a thread as well, which is none."""
    message = event.message if isinstance(event, CallbackQuery) else event
    if not isinstance(message, Message) or not message.is_topic_message:
        return GENERAL
    return message.message_thread_id or GENERAL


def is_forum(event: Message | CallbackQuery) -> bool:
    """Whether somebody wrote or tapped in a group that has topics."""
    message = event.message if isinstance(event, CallbackQuery) else event
    return message is not None and bool(message.chat.is_forum)
