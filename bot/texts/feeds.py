"""Whale feeds: everything big on a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.parse.text import shown
from bot.texts.words import chain_words, threshold_meaning, threshold_words
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from data.model import Chain, Watch

NONE_ON = N_("There is no whale feed here: /whales offers them.")


def overview(feeds: Sequence[Watch], chains: Sequence[Chain], default: Decimal) -> str:
    """What a feed is, and which ones the chat has."""
    lines = [
        _("{chain}: from <b>{threshold}</b>").format(
            chain=chain_words(feed.chain, chains),
            threshold=threshold_words(feed.threshold, default),
        )
        for feed in feeds
    ]
    head = _("🐋 <b>Whale feeds</b>\nEverything big on a chain, whoever moves it.")
    return "\n\n".join([head, *(["\n".join(lines)] if lines else []), _("Which chain?")])


def one(feed: Watch | None, chain: str | None, chains: Sequence[Chain], default: Decimal) -> str:
    """One feed, above the values to choose from."""
    now = _("🐋 <b>{chain}</b>: off")
    if feed:
        now = _("🐋 <b>{chain}</b>: from <b>{threshold}</b>")
    choice = _(
        "From which value on? Any other goes too, like <code>/whales {name} $250k</code> or"
        " <code>/whales {name} 500 {coin}</code>."
    )
    return "\n\n".join(
        [
            now.format(
                chain=chain_words(chain, chains),
                threshold=threshold_words(feed.threshold, default) if feed else "",
            ),
            choice.format(name=chain or "all", coin=_symbol(chain, chains)),
        ]
    )


def turned_on(feed: Watch, chains: Sequence[Chain], default: Decimal, *, changed: bool) -> str:
    """After a feed was made or changed."""
    meaning = threshold_meaning(feed.threshold, chains)
    if meaning:
        said = _("🐋 I tell you about everything from <b>{threshold}</b> on {chain}: {meaning}.")
        if changed:
            said = _(
                "🐋 I now tell you about everything from <b>{threshold}</b> on {chain}: {meaning}."
            )
    else:
        said = _("🐋 I tell you about everything from <b>{threshold}</b> on {chain}.")
        if changed:
            said = _("🐋 I now tell you about everything from <b>{threshold}</b> on {chain}.")
    return said.format(
        threshold=threshold_words(feed.threshold, default),
        chain=chain_words(feed.chain, chains),
        meaning=meaning,
    )


def turned_off(chain: str | None, chains: Sequence[Chain]) -> str:
    """After a feed was removed."""
    return _("The whale feed of {chain} is off.").format(chain=chain_words(chain, chains))


def all_turned_off(feeds: Sequence[Watch], chains: Sequence[Chain]) -> str:
    """After every feed was removed."""
    if len(feeds) == 1:
        return turned_off(feeds[0].chain, chains)
    said = ngettext(
        "{count} whale feed here is off.", "All {count} whale feeds here are off.", len(feeds)
    )
    return said.format(count=len(feeds))


def chain_missing(value: str, chains: Sequence[Chain]) -> InputError:
    """A value came without a chain."""
    return InputError(
        "On which chain? Write it first, {names} or all, like /whales all {value}.",
        names=", ".join(chain.name for chain in chains),
        value=shown(value),
    )


def was_off(chain: str | None) -> InputError:
    """There was no such feed to turn off."""
    if chain is None:
        return InputError(
            "There is no whale feed of all chains together here: /whales shows which there are."
        )
    return InputError(
        "There is no whale feed of {chain} here: /whales shows which there are.", chain=chain
    )


def _symbol(chain: str | None, chains: Sequence[Chain]) -> str:
    return next((known.native_symbol for known in chains if chain in {None, known.name}), "ETH")
