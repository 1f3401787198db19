"""What groups and channels are told, and whoever sets them up."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.behalf import title_of
from bot.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chat

TOPIC_LOST = N_(
    "ℹ️ The topic that some alerts went to is closed or deleted. They come here from now on; the"
    " watches are kept."
)
NO_PLACES = N_(
    "You have brought me into no group or channel yet. Add me to a group as a member, or to a"
    " channel as an administrator who may post; then set it up here."
)
DONE = N_("Done: what you write here is about this chat again.")
WHICH_CHAT = N_(
    "I can't tell any more which of your chats that button is about: choose the chat in /channels,"
    " and send the command again."
)
NO_RIGHTS_ANY_MORE = N_("You or I have no rights any more in the chat that this is about.")
NOT_AN_ADMINISTRATOR = N_("You are no administrator there, or I am not there any more.")


def greeting() -> str:
    """Said once to a group that the bot has joined."""
    return _(
        "🐋 <b>Hello, I'm Spyhop.</b> I tell this group when wallets move funds, or when anything"
        " big moves on a chain.\n\n"
        "Administrators choose what: /watch and an address, or /whales. In a forum, alerts come to"
        " the topic in which that was said.\n"
        "Everybody can read /list, /status and /help."
    )


def added_to_channel(chat: Chat) -> str:
    """Said to whoever brought the bot into a channel."""
    return _(
        "📢 I am in <b>{channel}</b> now. Nobody can give me commands there: set it up here."
    ).format(channel=escape(title_of(chat)))


def may_not_post(chat: Chat) -> str:
    """Said to whoever brought the bot into a channel without the right to post."""
    return _(
        "📢 I am in <b>{channel}</b> now, but may not post there: make me an administrator who may"
        " post messages."
    ).format(channel=escape(title_of(chat)))


def places(found: Sequence[Chat]) -> str:
    """The answer to ``/channels``."""
    if not found:
        return _(NO_PLACES)
    return _(
        "Which group or channel do you want to set up from here? Its alerts go there; what you"
        " write here is about it until /done."
    )


def begun(chat: Chat) -> str:
    """Said when somebody begins to set up another chat."""
    return _(
        "You set up <b>{channel}</b> now: every command and address here is about it, and each"
        " answer begins with its name. /done ends it."
    ).format(channel=escape(title_of(chat)))
