"""Keyboards of the groups and channels that are set up from a private chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.behalf import title_of
from bot.buttons.places import DoneButton, PlaceButton
from bot.buttons.start import Topic, TopicButton
from bot.buttons.watch import PageButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Chat


_MOST_PLACES = 50


def places(found: Iterable[Chat], acting: int | None) -> InlineKeyboardMarkup:
    """Groups and channels to set up; the one that is being set up is ticked."""
    rows = [
        [
            button(
                captions.cut(title_of(chat)) + " ✓" * (chat.id == acting),
                PlaceButton(chat=chat.id),
            )
        ]
        for chat in found
    ][:_MOST_PLACES]
    return rows_of(*rows, [button(_(captions.DONE), DoneButton())] if acting else [])


def set_up() -> InlineKeyboardMarkup:
    """Under the word that another chat is set up from here."""
    return rows_of(
        [
            button(_(captions.ITS_WATCHES), PageButton(page=0)),
            button(_(captions.WHALE_FEED), TopicButton(topic=Topic.WHALES)),
        ],
        [button(_(captions.DONE), DoneButton())],
    )
