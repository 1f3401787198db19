"""Keyboards of the names that a chat gives addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.names import NameAct, NameButton, NamesPageButton
from bot.keyboards.rows import button, page_of, rows_of
from bot.languages import _
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import ChatName


def names(shown: Sequence[ChatName], page: int, pages: int) -> InlineKeyboardMarkup:
    """A button for each name of the page, two in a row, and the way to the other pages."""
    buttons = {
        one.address: button(
            captions.cut(one.name), NameButton(address=one.address.hex(), act=NameAct.OPEN)
        )
        for one in shown
    }
    return page_of(list(buttons.values()), NamesPageButton, page, pages)


def name(address: bytes, count: int) -> InlineKeyboardMarkup:
    """Under what a chat calls one address; ``count`` names on different chains."""
    forget = _(captions.FORGET_NAME) if count == 1 else _(captions.FORGET_NAMES)
    return rows_of(
        [
            button(_(captions.BACK_TO_NAMES), NamesPageButton(page=0)),
            button(forget, NameButton(address=address.hex(), act=NameAct.FORGET)),
        ]
    )
