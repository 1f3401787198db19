"""On whose behalf somebody sets the bot up: a channel, from the private chat of an administrator.

Everything that is answered then begins with its name, so that nobody mistakes it for their own.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.model import Chat

_LONGEST_TITLE = 64
_current: ContextVar[str | None] = ContextVar("behalf", default=None)


def act(chat: Chat | None) -> None:
    """What is answered from here on, in this task, is about that chat; None: the reader's own."""
    _current.set(None if chat is None else title_of(chat))


@contextmanager
def personally() -> Iterator[None]:
    """What is answered in here is about the reader's own chat, whatever else they set up."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def headed(html: str) -> str:
    """The answer, below the name of the chat that it is about if that is another one."""
    title = _current.get()
    return html if title is None else f"📢 <b>{escape(title)}</b>\n\n{html}"


def title_of(chat: Chat) -> str:
    """What a group or channel calls itself, on one line."""
    title = " ".join((chat.title or "").split())
    return title[:_LONGEST_TITLE] or str(chat.id)
