"""On whose behalf somebody sets the bot up: a channel, from the private chat of an administrator.

Everything that is answered then begins with its name, so that nobody mistakes it for their own, and
its keyboards stay that chat's.
"""

from __future__ import annotations

from contextvars import ContextVar
from html import escape
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.stamps import HERE, stamped

if TYPE_CHECKING:
    from data.model import Chat

_LONGEST_TITLE = 64
_SIGN = "📢 "
_current: ContextVar[Chat | None] = ContextVar("behalf", default=None)


def act(chat: Chat | None) -> None:
    """What is answered from here on, in this task, is about that chat; None: the reader's own."""
    _current.set(chat)


def acted_for() -> int:
    """The id of the chat that it is about; ``stamps.HERE`` for the reader's own."""
    chat = _current.get()
    return HERE if chat is None else chat.id


def headed(html: str) -> str:
    """The answer, below the name of the chat that it is about if that is another one."""
    chat = _current.get()
    return html if chat is None else f"{_SIGN}<b>{escape(title_of(chat))}</b>\n\n{html}"


def kept(keyboard: InlineKeyboardMarkup | None) -> InlineKeyboardMarkup | None:
    """The keyboard under such an answer: whoever taps it means the chat that this is about."""
    if not isinstance(keyboard, InlineKeyboardMarkup):
        return keyboard  # a question in a group asks for a reply, which has no buttons
    return stamped(keyboard, acted_for())


def title_above(text: str) -> str | None:
    """What the other chat calls itself that was answered about, as plain text; None: the reader's
    own."""
    head, gap, _rest = text.partition("\n\n")
    if not gap or "\n" in head or not head.startswith(_SIGN):
        return None
    return head.removeprefix(_SIGN)


def title_of(chat: Chat) -> str:
    """What a group or channel calls itself, on one line."""
    title = " ".join((chat.title or "").split())
    return title[:_LONGEST_TITLE] or str(chat.id)
