"""A new feed on its way through the buttons: out of a button, and into one. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.buttons.feeds import ALL_CHAINS, NewFeedButton, What
from bot.feeds.subjects import Subject, on_chain
from bot.parse.threshold import assets_called
from bot.texts import general
from bot.texts.subjects import symbols_of
from data.errors import InputError
from data.model import Interest, UsdThreshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Threshold

OFFERED_TOKENS = 12
OFFERED_STABLECOINS = 3
_SYMBOL = re.compile(r"[A-Za-z0-9.+-]{1,12}")
_MADE_OF = {
    What.EVERYTHING: Subject(),
    What.INFLOW: Subject(Interest.EXCHANGE_IN),
    What.OUTFLOW: Subject(Interest.EXCHANGE_OUT),
    What.STABLECOINS: Subject(Interest.MINT | Interest.BURN, stablecoins=True),
    What.ASSET: Subject(),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A feed as far as it is decided: ``chain`` None are all of them."""

    chain: str | None
    subject: Subject


def drafted(new: NewFeedButton, chains: Sequence[Chain]) -> Draft:
    """What a button says whose chain is chosen, and token if it is about one.

    Raises InputError for what is no longer known.
    """
    chain = None if new.chain == ALL_CHAINS else new.chain
    there = on_chain(chain, chains)
    if not there or new.what is None:
        raise InputError(general.BUTTON_TOO_OLD)
    subject = _MADE_OF[new.what]
    if new.token:
        called = assets_called(new.token, there)
        if called is None:
            raise InputError(general.BUTTON_TOO_OLD)
        subject = Subject(subject.interests, only=frozenset(called.decimals))
    return Draft(chain, subject)


def button_of(
    draft: Draft, threshold: Threshold | None, chains: Sequence[Chain]
) -> NewFeedButton | None:
    """The button that says the same; None where no button can."""
    usd = 0
    if threshold is not None:
        if not isinstance(threshold, UsdThreshold) or threshold.usd % 1:
            return None
        usd = int(threshold.usd)
    symbols = symbols_of(draft.subject.only, chains)
    if len(symbols) > 1:
        return None
    token = symbols[0] if symbols else ""
    for what in What:
        if what is What.ASSET and not token:
            continue
        chain = draft.chain or ALL_CHAINS
        try:
            new = NewFeedButton(what=what, chain=chain, token=token, usd=usd)
            same = drafted(new, chains) == draft
        except ValueError:
            return None
        if (same and what is not What.EVERYTHING) or (same and not token):
            return new
    return None


def offered_symbols(chains: Sequence[Chain]) -> list[str]:
    """The coin, a few stablecoins, and other tokens that have a price feed of their own; what most
    of the chains have comes first."""
    coins = dict.fromkeys(chain.native_symbol for chain in chains)
    wrapped = {chain.wrapped_native for chain in chains}
    number = Counter(
        symbol
        for chain in chains
        for symbol in {
            one.symbol
            for one in chain.tokens.values()
            if one.feed is not None and one.address not in wrapped
        }
    )
    order = [one.symbol for chain in chains for one in chain.tokens.values()]
    stable = {one.symbol for chain in chains for one in chain.stablecoins}
    common = sorted(number, key=lambda symbol: (-number[symbol], order.index(symbol)))
    some = [one for one in common if one in stable][:OFFERED_STABLECOINS]
    others = [one for one in common if one not in stable]
    every = dict.fromkeys([*coins, *some, *others])
    return [one for one in every if _SYMBOL.fullmatch(one)][:OFFERED_TOKENS]
