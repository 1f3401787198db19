"""Keyboards of one watch, of the list of them, and of an address that may become one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons.feeds import FEED_PRESETS
from bot.buttons.watch import (
    MUTE_PRESETS,
    USD_PRESETS,
    Act,
    OfferButton,
    PageButton,
    WatchButton,
)
from bot.keyboards.rows import button, page_of, rows_of
from bot.keyboards.share import share_row
from bot.keyboards.switches import unpriced_switch
from bot.languages import _
from bot.numbers import short_usd
from bot.texts import buttons as captions
from data.model import UnitThreshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Watch


def offer(address: bytes) -> InlineKeyboardMarkup:
    """Under an address that somebody pasted."""
    return rows_of([button(_(captions.WATCH_IT), OfferButton(address=address.hex()))])


def after_watch(watch: Watch, *, muted: bool = False) -> InlineKeyboardMarkup:
    """Under a watch."""
    mute = (
        button(_(captions.UNMUTE), WatchButton(id=watch.id, act=Act.UNMUTE))
        if muted
        else button(_(captions.MUTE), WatchButton(id=watch.id, act=Act.MUTES))
    )
    return rows_of(
        [
            button(_(captions.CHANGE_THRESHOLD), WatchButton(id=watch.id, act=Act.THRESHOLDS)),
            mute,
            button(_(captions.REMOVE), WatchButton(id=watch.id, act=Act.ASK)),
        ]
    )


def card(watch: Watch, *, muted: bool) -> InlineKeyboardMarkup:
    """Under a watch opened from the list."""
    mutes = (
        [button(_(captions.UNMUTE), WatchButton(id=watch.id, act=Act.UNMUTE))]
        if muted
        else _mutes(watch)
    )
    return rows_of(
        _thresholds(watch),
        []
        if watch.is_feed or isinstance(watch.threshold, UnitThreshold)
        else [unpriced_switch(watch)],
        mutes,
        [
            button(_(captions.BACK_TO_LIST), PageButton(page=0)),
            button(_(captions.REMOVE), WatchButton(id=watch.id, act=Act.ASK)),
        ],
    )


def thresholds(watch: Watch) -> InlineKeyboardMarkup:
    """Values to choose from; an address may also take the chat's default."""
    default = [button(_(captions.USE_DEFAULT), WatchButton(id=watch.id, act=Act.DEFAULT))]
    return rows_of(_thresholds(watch), [] if watch.is_feed else default, _back(watch))


def mutes(watch: Watch) -> InlineKeyboardMarkup:
    """Durations to choose from."""
    return rows_of(_mutes(watch), _back(watch))


def confirm_removal(watch: Watch) -> InlineKeyboardMarkup:
    """Before a watch is removed by button."""
    return rows_of(
        [
            button(_(captions.REMOVE_YES), WatchButton(id=watch.id, act=Act.REMOVE)),
            button(_(captions.KEEP), WatchButton(id=watch.id, act=Act.OPEN)),
        ]
    )


def _back(watch: Watch) -> list[InlineKeyboardButton]:
    return [button(_(captions.BACK), WatchButton(id=watch.id, act=Act.OPEN))]


def _thresholds(watch: Watch) -> list[InlineKeyboardButton]:
    presets = FEED_PRESETS if watch.is_feed else USD_PRESETS
    return [
        button(short_usd(Decimal(usd)), WatchButton(id=watch.id, act=Act.USD, value=usd))
        for usd in presets
    ]


def _mutes(watch: Watch) -> list[InlineKeyboardButton]:
    return [
        button(captions.mute_for(minutes), WatchButton(id=watch.id, act=Act.MUTE, value=minutes))
        for minutes in MUTE_PRESETS
    ]


def watchlist(names: Sequence[tuple[Watch, str]], page: int, pages: int) -> InlineKeyboardMarkup:
    """A button for each watch of the page, two in a row, and the way to the other pages."""
    watches = [button(name, WatchButton(id=watch.id, act=Act.OPEN)) for watch, name in names]
    keyboard = page_of(watches, PageButton, page, pages)
    return rows_of(*keyboard.inline_keyboard, share_row())
