"""Keyboards of the feeds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.feeds import (
    ALL_CHAINS,
    FEED_PRESETS,
    FeedAct,
    FeedButton,
    FeedsButton,
    NewFeedButton,
    What,
)
from bot.keyboards.rows import button, rows_of
from bot.keyboards.thresholds import UNDO
from bot.languages import N_, _
from bot.numbers import short_usd
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiogram.types import InlineKeyboardButton

    from data.model import Chain, Watch

FEW_CHAINS = 3
"""So many have a row each in a keyboard."""
_WHAT = {
    What.EVERYTHING: N_("🐋 Everything big"),
    What.INFLOW: N_("🏦 Into exchanges"),
    What.OUTFLOW: N_("📤 Out of exchanges"),
    What.STABLECOINS: N_("🖨 Stablecoins made and burned"),
    What.ASSET: N_("🪙 One token"),
}
NEW_FEED = N_("➕ New feed")
OTHER_VALUE = N_("Another value…")
OTHER_TOKEN = N_("Another token…")
BACK_TO_FEEDS = N_("‹ Feeds")


def feeds(named: Iterable[tuple[Watch, str]]) -> InlineKeyboardMarkup:
    """Each feed, and the way to a new one."""
    rows = [
        [button(captions.cut(name, 40), FeedButton(id=one.id, act=FeedAct.OPEN))]
        for one, name in named
    ]
    return rows_of(*rows, [button(_(NEW_FEED), NewFeedButton())])


def which_off(named: Iterable[tuple[Watch, str]]) -> InlineKeyboardMarkup:
    """Which one shall be turned off?"""
    rows = [
        [button(f"✖️ {captions.cut(name, 40)}", FeedButton(id=one.id, act=FeedAct.OFF))]
        for one, name in named
    ]
    return rows_of(*rows, _back())


def whats(*, is_first: bool) -> InlineKeyboardMarkup:
    """What shall it be about?"""
    rows = [[button(_(name), NewFeedButton(what=what))] for what, name in _WHAT.items()]
    return rows_of(*rows, [] if is_first else _back())


def chains(known: Iterable[Chain], what: What) -> InlineKeyboardMarkup:
    """On which chain? Two in a row where there are many."""
    buttons = [button(one.title, NewFeedButton(what=what, chain=one.name)) for one in known]
    width = 1 if len(buttons) <= FEW_CHAINS else 2
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    everywhere = button(_(captions.ALL_CHAINS), NewFeedButton(what=what, chain=ALL_CHAINS))
    return rows_of(*rows, [everywhere], [button(_(captions.BACK), NewFeedButton())])


def tokens(symbols: Sequence[str], chain: str) -> InlineKeyboardMarkup:
    """Which token? Three in a row."""
    buttons = [
        button(one, NewFeedButton(what=What.ASSET, chain=chain, token=one)) for one in symbols
    ]
    rows = [buttons[start : start + 3] for start in range(0, len(buttons), 3)]
    other = NewFeedButton(what=What.ASSET, chain=chain, ask=True)
    back = button(_(captions.BACK), NewFeedButton(what=What.ASSET))
    return rows_of(*rows, [button(_(OTHER_TOKEN), other)], [back])


def values(new: NewFeedButton) -> InlineKeyboardMarkup:
    """From which value on?"""
    presets = [
        button(short_usd(Decimal(usd)), new.model_copy(update={"usd": usd})) for usd in FEED_PRESETS
    ]
    other = button(_(OTHER_VALUE), new.model_copy(update={"ask": True}))
    before = {"token": ""} if new.token else {"chain": ""}
    back = button(_(captions.BACK), new.model_copy(update=before))
    return rows_of(presets, [other], [back])


def feed(watch: Watch, steps: Iterable[Decimal], before: Decimal | None) -> InlineKeyboardMarkup:
    """Under a feed: other values, lower and higher; ``before`` is what it was a moment ago."""
    others = [
        button(short_usd(usd), FeedButton(id=watch.id, act=FeedAct.USD, value=int(usd)))
        for usd in steps
    ]
    undo = []
    if before is not None:
        last = FeedButton(id=watch.id, act=FeedAct.USD, value=int(before))
        undo = [button(f"{_(UNDO)} · {short_usd(before)}", last)]
    other = button(_(OTHER_VALUE), FeedButton(id=watch.id, act=FeedAct.OTHER))
    off = button(_(captions.FEED_OFF), FeedButton(id=watch.id, act=FeedAct.OFF))
    return rows_of(undo, others, [other, off], _back())


def turned_off(again: NewFeedButton | None) -> InlineKeyboardMarkup:
    """Under a feed that is off: the way to have it again, and to the others."""
    undo = [] if again is None else [button(_(UNDO), again)]
    return rows_of(undo, _back())


def _back() -> list[InlineKeyboardButton]:
    return [button(_(BACK_TO_FEEDS), FeedsButton())]
