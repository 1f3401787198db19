"""Keyboards of what is kept about a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.buttons.privacy import PrivacyAct, PrivacyButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _

if TYPE_CHECKING:
    from datetime import datetime

    from aiogram.types import InlineKeyboardMarkup


def about_data() -> InlineKeyboardMarkup:
    """Under what is kept: have it, or have it forgotten."""
    return rows_of(
        [
            button(_("📄 Give me all of it"), PrivacyButton(act=PrivacyAct.EXPORT)),
            button(_("🗑 Forget it…"), PrivacyButton(act=PrivacyAct.ASK)),
        ]
    )


def confirm(now: datetime) -> InlineKeyboardMarkup:
    """Before everything is forgotten."""
    asked_at = int(now.timestamp())
    forget = PrivacyButton(act=PrivacyAct.FORGET, asked_at=asked_at)
    return rows_of(
        [
            button(_("Yes, forget it"), forget),
            button(_("Keep it"), PrivacyButton(act=PrivacyAct.KEEP)),
        ]
    )
