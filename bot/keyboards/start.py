"""The keyboard of the greeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.start import Topic, TopicButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.texts import buttons as captions

if TYPE_CHECKING:
    pass


def greeting() -> InlineKeyboardMarkup:
    """Under ``/start``."""
    return rows_of(
        [button(_(captions.WATCH_A_WALLET), TopicButton(topic=Topic.WATCH))],
        [
            button(_(captions.WHALE_FEED), TopicButton(topic=Topic.WHALES)),
            button(_(captions.HELP), TopicButton(topic=Topic.HELP)),
        ],
    )
