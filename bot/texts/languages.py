"""Which language the bot writes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import NAMES, _

if TYPE_CHECKING:
    from data.model import Chat


def overview(chat: Chat) -> str:
    """Which it is, above all to choose from."""
    name = NAMES[chat.reads]
    if chat.language is None:
        said = _("🌐 I write <b>{language}</b> here, as your Telegram does as far as I can.")
    else:
        said = _("🌐 I write <b>{language}</b> here.")
    return said.format(language=name)
