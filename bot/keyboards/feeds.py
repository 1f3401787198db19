"""Keyboards of the feeds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

from bot.buttons.feeds import ALL_CHAINS, FEED_PRESETS, FeedAct, FeedButton
from bot.buttons.start import Topic, TopicButton
from bot.keyboards.rows import button, rows_of
from bot.languages import _
from bot.numbers import short_usd
from bot.texts import buttons as captions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Chain


FEW_CHAINS = 3
"""So many have a row each in a keyboard."""


def feeds(chains: Iterable[Chain]) -> InlineKeyboardMarkup:
    """Which chain's feed? Two in a row where there are many."""
    buttons = [
        button(chain.title, FeedButton(chain=chain.name, act=FeedAct.OPEN)) for chain in chains
    ]
    width = 1 if len(buttons) <= FEW_CHAINS else 2
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    everything = button(_(captions.ALL_CHAINS), FeedButton(chain=ALL_CHAINS, act=FeedAct.OPEN))
    return rows_of(*rows, [everything])


def feed(chain: str, *, exists: bool) -> InlineKeyboardMarkup:
    """From which value on?"""
    values = [
        button(short_usd(Decimal(usd)), FeedButton(chain=chain, act=FeedAct.USD, value=usd))
        for usd in FEED_PRESETS
    ]
    off = [button(_(captions.FEED_OFF), FeedButton(chain=chain, act=FeedAct.OFF))]
    back = [button(_(captions.BACK), TopicButton(topic=Topic.WHALES))]
    return rows_of(values, off if exists else [], back)
