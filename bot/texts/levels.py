"""What is said to whoever is blocked, not let in yet, or too quick; and to operators about them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.delivery.clean import clean
from bot.languages import _
from bot.texts.words import duration_words

if TYPE_CHECKING:
    from datetime import timedelta

    from aiogram.types import User

    from data.model import Chat

_LONGEST_NAME = 64


def slow_down(rest: timedelta) -> str:
    """Said once to whoever writes or taps too much; plain text."""
    return _("Slow down, please: I listen again in {duration}.").format(
        duration=duration_words(rest)
    )


def blocked() -> str:
    """Said once to whoever may not use the bot."""
    return _("Sorry, whoever runs this bot has closed it to you. I will not answer here any more.")


def asked() -> str:
    """Said to whoever is not let in yet, and has just been announced."""
    return _(
        "This bot is private. I have asked the people who run it to let you in, and tell you when"
        " they do."
    )


def still_waiting() -> str:
    """The same when they speak again."""
    return _("This bot is private, and nobody has let you in yet: I tell you when somebody does.")


def let_in() -> str:
    """Said to whoever was let in."""
    return _("🐋 You are let in. /start begins.")


def request(chat: Chat, person: User | None) -> str:
    """Said to operators when somebody wants in."""
    name = called(chat)
    if chat.id > 0:
        said = _("🚪 <b>{name}</b> (<code>{id}</code>) wants to use this bot.")
        return said.format(name=name, id=chat.id)
    name_of = "" if person is None else clean(person.full_name, _LONGEST_NAME)
    who = escape(name_of) or _("somebody")
    said = _("🚪 {person} wants to use this bot in <b>{name}</b> (<code>{id}</code>).")
    return said.format(person=who, name=name, id=chat.id)


def called(chat: Chat) -> str:
    """What a chat or person is called, as HTML; the id of one without a name."""
    return escape(clean(chat.title or "", _LONGEST_NAME) or str(chat.id))
