"""On whose behalf somebody sets the bot up: a channel, from the private chat of an administrator.

Everything that is answered then begins with its name, so that nobody mistakes it for their own.
"""

from __future__ import annotations

from contextvars import ContextVar
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.model import Chat

_LONGEST_TITLE = 64
_SIGN = "📢 "
_current: ContextVar[str | None] = ContextVar("behalf", default=None)


def act(chat: Chat | None) -> None:
    """What is answered from here on, in this task, is about that chat; None: the reader's own."""
    _current.set(None if chat is None else title_of(chat))


def headed(html: str) -> str:
    """The answer, below the name of the chat that it is about if that is another one."""
    title = _current.get()
    return html if title is None else f"{_SIGN}<b>{escape(title)}</b>\n\n{html}"


def is_of_another(text: str, chat: Chat | None) -> bool:
    """Whether what was answered, as plain text, is about another chat than the one that is set up
    now; None: the reader's own."""
    head, gap, _rest = text.partition("\n\n")
    if not gap or "\n" in head or not head.startswith(_SIGN):
        return False
    return chat is None or head.removeprefix(_SIGN) != title_of(chat)


def title_of(chat: Chat) -> str:
    """What a group or channel calls itself, on one line."""
    title = " ".join((chat.title or "").split())
    return title[:_LONGEST_TITLE] or str(chat.id)
