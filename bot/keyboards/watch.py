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
from bot.keyboards.rows import button, page_of, pairs, rows_of
from bot.keyboards.share import share_row
from bot.keyboards.switches import unpriced_switch
from bot.languages import _
from bot.numbers import short_usd
from bot.texts import buttons as captions
from data.model import UnitThreshold, UsdThreshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Watch


def offer(address: bytes) -> InlineKeyboardMarkup:
    """Under an address that somebody pasted."""
    return rows_of([button(_(captions.WATCH_IT), OfferButton(address=address.hex()))])


def after_watch(watch: Watch, *, muted: bool = False) -> InlineKeyboardMarkup:
    """Under a watch that was just made."""
    return rows_of(
        [_to(watch, Act.THRESHOLDS, captions.CHANGE_THRESHOLD), _mute(watch, muted=muted)],
        [_to(watch, Act.OPEN, captions.MORE), _to(watch, Act.REMOVE, captions.REMOVE)],
    )


def card(watch: Watch, *, muted: bool, page: int = 0, topics: bool = False) -> InlineKeyboardMarkup:
    """Under a watch: the ways to all that can be changed about it. ``page`` is the one of the list
    on which it stands; ``topics``: there may be several to choose from."""
    on_address = not watch.is_feed
    screens = [
        _to(watch, Act.THRESHOLDS, captions.CHANGE_THRESHOLD),
        *([_to(watch, Act.DIRECTIONS, captions.DIRECTION)] if on_address else []),
        _to(watch, Act.KINDS, captions.KINDS),
        _to(watch, Act.TOKENS, captions.TOKENS),
        *([_to(watch, Act.CHAINS, captions.CHAINS)] if watch.chain is None else []),
        _to(watch, Act.ASK_LABEL, captions.LABEL),
        *([_to(watch, Act.TOPICS, captions.TOPIC)] if topics else []),
    ]
    if on_address and not isinstance(watch.threshold, UnitThreshold):
        screens.append(unpriced_switch(watch))
    alone = screens.pop() if len(screens) % 2 else None
    return rows_of(
        *pairs(screens),
        [alone] if alone else [],
        [_mute(watch, muted=muted), _to(watch, Act.REMOVE, captions.REMOVE)],
        [button(_(captions.BACK_TO_LIST), PageButton(page=page))],
    )


def thresholds(watch: Watch) -> InlineKeyboardMarkup:
    """Values to choose from; an address may also take the chat's default."""
    presets = FEED_PRESETS if watch.is_feed else USD_PRESETS
    chosen = watch.threshold.usd if isinstance(watch.threshold, UsdThreshold) else None
    values = [
        button(
            short_usd(Decimal(usd)) + " ✓" * (chosen == usd),
            WatchButton(id=watch.id, act=Act.USD, value=usd),
        )
        for usd in presets
    ]
    default = button(
        _(captions.USE_DEFAULT) + " ✓" * (watch.threshold is None),
        WatchButton(id=watch.id, act=Act.DEFAULT),
    )
    other = _to(watch, Act.ASK_AMOUNT, captions.OTHER_AMOUNT)
    return rows_of(values, [other] if watch.is_feed else [default, other], back(watch))


def mutes(watch: Watch) -> InlineKeyboardMarkup:
    """Durations to choose from."""
    durations = [
        button(captions.mute_for(minutes), WatchButton(id=watch.id, act=Act.MUTE, value=minutes))
        for minutes in MUTE_PRESETS
    ]
    return rows_of(durations, [_to(watch, Act.FOREVER, captions.MUTE_FOREVER)], back(watch))


def removed(watch: Watch) -> InlineKeyboardMarkup:
    """Under a watch that was just removed."""
    return rows_of(
        [
            _to(watch, Act.UNDO, captions.UNDO),
            button(_(captions.BACK_TO_LIST), PageButton(page=0)),
        ]
    )


def back(watch: Watch) -> list[InlineKeyboardButton]:
    """The way from a screen to the watch's card."""
    return [_to(watch, Act.OPEN, captions.BACK)]


def _to(watch: Watch, act: Act, caption: str) -> InlineKeyboardButton:
    return button(_(caption), WatchButton(id=watch.id, act=act))


def _mute(watch: Watch, *, muted: bool) -> InlineKeyboardButton:
    if muted:
        return _to(watch, Act.UNMUTE, captions.UNMUTE)
    return _to(watch, Act.MUTES, captions.MUTE)


def watchlist(names: Sequence[tuple[Watch, str]], page: int, pages: int) -> InlineKeyboardMarkup:
    """A button for each watch of the page, two in a row, and the way to the other pages."""
    watches = [button(name, WatchButton(id=watch.id, act=Act.OPEN)) for watch, name in names]
    keyboard = page_of(watches, PageButton, page, pages)
    return rows_of(*keyboard.inline_keyboard, share_row())
