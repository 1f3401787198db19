"""Rows of buttons, and of the ways to other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons.names import NamesPageButton
from bot.buttons.watch import PageButton
from bot.languages import _
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram.filters.callback_data import CallbackData


PAGE_LENGTH = 8
"""Watches, or names, on one page of their list."""


def button(text: str, data: CallbackData) -> InlineKeyboardButton:
    """A button that carries something."""
    return InlineKeyboardButton(text=text, callback_data=data.pack())


def rows_of(*rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """Rows of buttons, without the empty ones."""
    return InlineKeyboardMarkup(inline_keyboard=[list(row) for row in rows if row])


def pairs(buttons: Sequence[InlineKeyboardButton]) -> list[Sequence[InlineKeyboardButton]]:
    """Two in a row."""
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]


def page_of(
    buttons: Sequence[InlineKeyboardButton],
    turn: type[PageButton | NamesPageButton],
    page: int,
    pages: int,
) -> InlineKeyboardMarkup:
    """Buttons, two in a row, and the ways to the pages beside this one, counted from 0."""
    turns = []
    if page > 0:
        turns.append(button(_(captions.PREVIOUS), turn(page=page - 1)))
    if page + 1 < pages:
        turns.append(button(_(captions.NEXT), turn(page=page + 1)))
    return rows_of(*pairs(buttons), turns)
