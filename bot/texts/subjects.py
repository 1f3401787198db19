"""What a feed is about, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.feeds.subjects import subject_of
from bot.languages import N_, _
from data.addresses import checksummed
from data.model import Interest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.feeds.subjects import Subject
    from data.model import Asset, Chain, Watch

KINDS = {
    Interest.TRANSFER: N_("transfers"),
    Interest.SWAP: N_("swaps"),
    Interest.EXCHANGE_IN: N_("to exchanges"),
    Interest.EXCHANGE_OUT: N_("from exchanges"),
    Interest.MINT: N_("mints"),
    Interest.BURN: N_("burns"),
    Interest.WRAP: N_("wraps"),
    Interest.NFT: N_("NFTs"),
    Interest.PROTOCOL: N_("bridges, lending, staking"),
}
_MOST_SYMBOLS = 3


def kind_caption(kind: Interest) -> str:
    """A kind of movements by itself: ``To exchanges``."""
    name = _(KINDS[kind])
    return name[0].upper() + name[1:]


def feed_parts(watch: Watch, chains: Sequence[Chain]) -> list[str]:
    """``USDC``, ``to exchanges``; nothing where it is about everything. Plain text."""
    return list(subject_parts(subject_of(watch, chains), chains))


def subject_parts(subject: Subject, chains: Sequence[Chain]) -> Iterator[str]:
    """The assets, and then the kinds."""
    if subject.stablecoins:
        yield _("stablecoins")
    elif subject.only:
        yield _few(symbols_of(subject.only, chains))
    if subject.without:
        without = _few(symbols_of(subject.without, chains))
        yield _("without {tokens}").format(tokens=without)
    if subject.interests is not None:
        yield ", ".join(_(name) for kind, name in KINDS.items() if kind in subject.interests)


def symbols_of(assets: Iterable[Asset], chains: Sequence[Chain]) -> list[str]:
    """What the assets are called, each name once; a coin stands for what wraps it, too."""
    wanted, found = set(assets), dict[str, None]()
    for chain in chains:
        if (chain.name, None) in wanted:
            found[chain.native_symbol] = None
            wanted.discard((chain.name, chain.wrapped_native))
        found |= dict.fromkeys(
            one.symbol for one in chain.tokens.values() if (chain.name, one.address) in wanted
        )
        wanted = {
            one for one in wanted if one[0] != chain.name or one[1] not in (None, *chain.tokens)
        }
    return [*found, *sorted(f"{checksummed(token)[:8]}…" for _, token in wanted if token)]


def _few(symbols: Sequence[str]) -> str:
    more = len(symbols) - _MOST_SYMBOLS
    return ", ".join(symbols[:_MOST_SYMBOLS]) + (f" +{more}" if more > 0 else "")
