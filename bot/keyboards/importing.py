"""The keyboard under what an import would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.buttons.importing import ImportButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardMarkup


def confirm(word: str) -> InlineKeyboardMarkup:
    """Do it, or not."""
    return rows_of(
        [
            button(_("✓ Import"), ImportButton(word=word, go=True)),
            button(_("Cancel"), ImportButton(word=word, go=False)),
        ]
    )
