"""What is said of a time when the bot was away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import _
from bot.texts.words import duration_words

if TYPE_CHECKING:
    from datetime import timedelta


def away(waited: timedelta) -> str:
    """Once, instead of an answer to each message."""
    return _(
        "⏳ I was away: what you wrote waited {duration}. I do what you asked for, as of then and"
        " without a word on each; what you only wanted to know, ask again."
    ).format(duration=duration_words(waited))
