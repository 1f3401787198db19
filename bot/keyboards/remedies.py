"""The keyboard under what did not happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.watch import Act, WatchButton
from bot.keyboards.rows import button, rows_of
from bot.keyboards.switches import noise_switch, unpriced_switch
from bot.texts import buttons as captions
from data.model import NoiseRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Watch


_REMEDIES = 3


def remedies(
    rules: Iterable[NoiseRule], lower: Iterable[Watch], unpriced: Iterable[Watch]
) -> InlineKeyboardMarkup | None:
    """Under what did not happen: switches that would have let it happen; None without any.

    ``lower`` are watches whose threshold was not reached, ``unpriced`` those that wanted a price.
    """
    rows = [[noise_switch(rule, noise=True)] for rule in rules]
    rows += [[unpriced_switch(watch)] for watch in unpriced]
    rows += [
        [
            button(
                captions.threshold_of(watch.number),
                WatchButton(id=watch.id, act=Act.THRESHOLDS),
            )
        ]
        for watch in lower
    ]
    return rows_of(*rows[:_REMEDIES]) if rows else None
