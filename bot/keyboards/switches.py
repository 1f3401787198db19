"""Buttons that switch one thing on or off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton

from bot.buttons.chat import NoiseButton
from bot.buttons.watch import UnpricedButton
from bot.keyboards.rows import button
from bot.languages import _
from bot.texts import buttons as captions
from data.model import NoiseRule, Unpriced

if TYPE_CHECKING:
    from data.model import Watch


def noise_switch(rule: NoiseRule, *, noise: bool) -> InlineKeyboardButton:
    """Lets in what a rule keeps out, or the other way round."""
    return button(captions.let_in(rule, noise=noise), NoiseButton(rule=rule, let_in=noise))


def unpriced_switch(watch: Watch) -> InlineKeyboardButton:
    """What a watch does about movements without a price, the other way round."""
    if watch.unpriced is Unpriced.TELL:
        return button(
            _(captions.IGNORE_UNPRICED), UnpricedButton(id=watch.id, unpriced=Unpriced.IGNORE)
        )
    return button(_(captions.TELL_UNPRICED), UnpricedButton(id=watch.id, unpriced=Unpriced.TELL))
