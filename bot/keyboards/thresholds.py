"""Keyboards under a threshold that was just set: lower, higher, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons.thresholds import StepButton
from bot.keyboards.rows import button, rows_of
from bot.languages import N_, _
from bot.numbers import short_usd
from data.model import UsdThreshold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from data.model import Chat, Watch

UNDO = N_("↩️ Undo")


def steps(
    watch: Watch, before: Watch | None, chat: Chat, values: Iterable[Decimal]
) -> InlineKeyboardMarkup:
    """Other values, and what it was before, if a button can say that."""
    others = [button(short_usd(usd), StepButton(id=watch.id, usd=int(usd))) for usd in values]
    return rows_of(_undo(watch, before, chat), others)


def _undo(watch: Watch, before: Watch | None, chat: Chat) -> list[InlineKeyboardButton]:
    if before is None or before.threshold == watch.threshold:
        return []
    last = before.threshold
    if last is None and not watch.is_feed:
        caption = f"{_(UNDO)} · {short_usd(chat.default_threshold_usd)}"
        return [button(caption, StepButton(id=watch.id, usd=0))]
    if isinstance(last, UsdThreshold) and last.usd >= 1 and not last.usd % 1:
        return [
            button(f"{_(UNDO)} · {short_usd(last.usd)}", StepButton(id=watch.id, usd=int(last.usd)))
        ]
    return []
