"""Keyboards of a chat's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.history import HistoryAct, HistoryButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from data.queries.alerts.history import Page as HistoryPage


def history(page: HistoryPage) -> InlineKeyboardMarkup:
    """Under a page of the history: each alert in full, and the ways to newer and older ones."""
    numbers = [entry.alert.id for entry in page.entries]
    opened = [button(f"{one:,}", HistoryButton(act=HistoryAct.OPEN, number=one)) for one in numbers]
    turns = []
    if page.has_newer:
        turns.append(
            button(_(captions.NEWER), HistoryButton(act=HistoryAct.ABOVE, number=numbers[0]))
        )
    if page.has_older:
        turns.append(
            button(_(captions.OLDER), HistoryButton(act=HistoryAct.BELOW, number=numbers[-1]))
        )
    return rows_of(*[opened[start : start + 3] for start in range(0, len(opened), 3)], turns)


def history_entry(number: int) -> InlineKeyboardMarkup:
    """Under one alert in full: the way to the page on which it stands first."""
    return rows_of(
        [
            button(
                _(captions.BACK_TO_HISTORY), HistoryButton(act=HistoryAct.BELOW, number=number + 1)
            )
        ]
    )
