"""Keyboards under what was pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.buttons.offers import FollowButton, OfferAllButton, OfferOneButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _, ngettext
from bot.texts.words import short_address

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aiogram.types import InlineKeyboardMarkup

    from data.model import Chain


def several(addresses: Sequence[bytes], watched: Collection[bytes]) -> InlineKeyboardMarkup | None:
    """Which of these? None once all are watched."""
    left = [one for one in addresses if one not in watched]
    buttons = [button(f"👁 {short_address(one)}", OfferOneButton(address=one.hex())) for one in left]
    rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    count = len(left)
    everything = ngettext("👁 Watch all {count}", "👁 Watch all {count}", count).format(count=count)
    rows += [[button(everything, OfferAllButton())]] if len(left) > 1 else []
    return rows_of(*rows) if left else None


def follow(tx_hash: bytes, chain: Chain | None) -> InlineKeyboardMarkup:
    """Under a transaction."""
    data = FollowButton.of(tx_hash, chain.name if chain else None)
    return rows_of([button(_("🔎 Follow it"), data)])
