"""The keyboard under the list in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.pages import ListButton
from bot.keyboards.rows import button, rows_of
from bot.paging import page_length, pages_of
from bot.texts import buttons as captions

if TYPE_CHECKING:
    pass


def pages(page: int, total: int, message: int = 0) -> InlineKeyboardMarkup | None:
    """Under a list of so many alerts: the ways to its other pages; None where there is only one.

    ``message`` is our id of the list's message where the keyboard hangs under another.
    """
    last = pages_of(total) - 1
    if not last:
        return None
    if not page and not message:
        more = captions.more(total - page_length(total))
        return rows_of([button(more, ListButton(page=1))])
    there = {
        captions.FIRST_PAGE: 0 if page > 1 else None,
        captions.to_previous(page): page - 1 if page else None,
        captions.to_next(page): page + 1 if page < last else None,
        captions.to_last(last): last if page + 1 < last else None,
    }
    return rows_of(
        [
            button(caption, ListButton(message=message, page=to))
            for caption, to in there.items()
            if to is not None
        ]
    )
