"""Whale feeds: everything big on a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.parse.text import shown
from bot.texts.words import chain_words, threshold_meaning, threshold_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from data.model import Chain, Watch

NONE_ON = "There is no whale feed here: /whales offers them."


def overview(feeds: Sequence[Watch], chains: Sequence[Chain], default: Decimal) -> str:
    """What a feed is, and which ones the chat has."""
    lines = [
        f"{chain_words(feed.chain, chains)}: from <b>{threshold_words(feed.threshold, default)}</b>"
        for feed in feeds
    ]
    head = "🐋 <b>Whale feeds</b>\nEverything big on a chain, whoever moves it."
    return "\n\n".join([head, *(["\n".join(lines)] if lines else []), "Which chain?"])


def one(feed: Watch | None, chain: str | None, chains: Sequence[Chain], default: Decimal) -> str:
    """One feed, above the values to choose from."""
    where = chain_words(chain, chains)
    now = f"from <b>{threshold_words(feed.threshold, default)}</b>" if feed else "off"
    return (
        f"🐋 <b>{where}</b>: {now}\n\nFrom which value on? Any other goes too, like"
        f" <code>/whales {chain or 'all'} $250k</code> or"
        f" <code>/whales {chain or 'all'} 500 {_symbol(chain, chains)}</code>."
    )


def turned_on(feed: Watch, chains: Sequence[Chain], default: Decimal, *, changed: bool) -> str:
    """After a feed was made or changed."""
    now = " now" if changed else ""
    said = (
        f"🐋 I{now} tell you about everything from"
        f" <b>{threshold_words(feed.threshold, default)}</b> on {chain_words(feed.chain, chains)}"
    )
    meaning = threshold_meaning(feed.threshold, chains)
    return f"{said}: {meaning}." if meaning else f"{said}."


def turned_off(chain: str | None, chains: Sequence[Chain]) -> str:
    """After a feed was removed."""
    return f"The whale feed of {chain_words(chain, chains)} is off."


def all_turned_off(feeds: Sequence[Watch], chains: Sequence[Chain]) -> str:
    """After every feed was removed."""
    if len(feeds) == 1:
        return turned_off(feeds[0].chain, chains)
    return f"All {len(feeds)} whale feeds here are off."


def chain_missing(value: str, chains: Sequence[Chain]) -> str:
    """A value came without a chain; plain text."""
    names = ", ".join(chain.name for chain in chains)
    return f"On which chain? Write it first, {names} or all, like /whales all {shown(value)}."


def was_off(chain: str | None) -> str:
    """There was no such feed to turn off; plain text."""
    whose = "all chains together" if chain is None else chain
    return f"There is no whale feed of {whose} here: /whales shows which there are."


def _symbol(chain: str | None, chains: Sequence[Chain]) -> str:
    return next((known.native_symbol for known in chains if chain in {None, known.name}), "ETH")
