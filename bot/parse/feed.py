"""``<chain | all> [what…] [value | off]``: which feed somebody means, and from what value on.

What: ``inflow``, ``outflow``, ``mints``, ``burns``, ``stablecoins``, symbols and contracts of known
tokens, in any order; without any, everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.feeds.subjects import Subject, stablecoins_of
from bot.parse.address import looks_like_address, parse_address
from bot.parse.number import looks_numeric
from bot.parse.text import shown
from bot.parse.threshold import assets_called, split_threshold
from data.errors import InputError
from data.model import Interest, UnitThreshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Asset, Chain, Threshold

OFF = frozenset({"off", "none", "stop"})
_FLOWS = Interest.EXCHANGE_IN | Interest.EXCHANGE_OUT
_KINDS = {
    "inflow": Interest.EXCHANGE_IN, "inflows": Interest.EXCHANGE_IN, "in": Interest.EXCHANGE_IN,
    "outflow": Interest.EXCHANGE_OUT, "outflows": Interest.EXCHANGE_OUT,
    "out": Interest.EXCHANGE_OUT, "flow": _FLOWS, "flows": _FLOWS,
    "mint": Interest.MINT, "mints": Interest.MINT, "burn": Interest.BURN, "burns": Interest.BURN,
    "swap": Interest.SWAP, "swaps": Interest.SWAP,
    "transfer": Interest.TRANSFER, "transfers": Interest.TRANSFER,
}  # fmt: skip
_STABLECOINS = {"stablecoin", "stablecoins", "stable", "stables"}
_EVERYTHING = {"everything", "anything", "any"}
_LINKS = {"and", "of", "exchange", "exchanges", "from"}


@dataclass(frozen=True, slots=True)
class FeedWish:
    """``subject`` None where nothing was said of what it is about. Either ``threshold`` or ``off``,
    or neither."""

    subject: Subject | None
    threshold: Threshold | None = None
    off: bool = False


@dataclass(slots=True)
class _Said:
    interests: Interest = field(default_factory=lambda: Interest(0))
    only: set[Asset] = field(default_factory=set)
    stablecoins: bool = False
    anything: bool = False


def parse_feed(words: Sequence[str], chains: Sequence[Chain]) -> FeedWish:
    """What follows the chain; symbols and contracts are those of the given chains.

    Raises InputError for what cannot be read.
    """
    said, threshold, off = _Said(), None, False
    rest = [_plain(word) for word in words]
    while rest:
        word = rest[0]
        if word in OFF:
            off, rest = True, rest[1:]
        elif not looks_like_address(word) and (looks_numeric(word) or word == "$"):
            if threshold is not None:
                raise InputError("Write one value, like $5m, and not two.")
            threshold, rest = split_threshold(rest, chains)
        else:
            _hear(word, said, chains)
            rest = rest[1:]
    if off and threshold is not None:
        raise InputError("Either a value, like $5m, or off: both at once I can't do.")
    return FeedWish(_subject(said, threshold), threshold, off)


def _plain(word: str) -> str:
    """Words of the grammar in small letters, or a number's neighbour looks like a symbol."""
    bare = word.strip(",;+&").casefold()
    known = bare in _KINDS or bare in _STABLECOINS | _EVERYTHING | _LINKS | OFF
    return bare if known else word.rstrip(",;")


def _hear(word: str, said: _Said, chains: Sequence[Chain]) -> None:
    if word in _KINDS:
        said.interests |= _KINDS[word]
    elif word in _STABLECOINS:
        if not stablecoins_of(chains):
            raise InputError("I know no stablecoins there: write a token, like ETH.")
        said.stablecoins = True
    elif word in _EVERYTHING:
        said.anything = True
    elif word and word not in _LINKS:
        said.only |= _assets(word, chains)


def _assets(word: str, chains: Sequence[Chain]) -> frozenset[Asset]:
    if looks_like_address(word):
        address = parse_address(word)
        found = frozenset((chain.name, address) for chain in chains if address in chain.tokens)
        if not found:
            raise InputError(
                "That token is in none of my tables here, so that I know no price to compare:"
                " a feed is of tokens like USDC. To hear of one address, /watch it."
            )
        return found
    called = assets_called(word, chains)
    if called is None:
        raise InputError(
            "I can't read “{word}”: write what the feed is about, like USDC, inflow, outflow,"
            " mints, burns or stablecoins, and a value, like $5m.",
            word=shown(word),
        )
    return frozenset(called.decimals)


def _subject(said: _Said, threshold: Threshold | None) -> Subject | None:
    if said.stablecoins and said.only:
        raise InputError("Either stablecoins, all of them, or the tokens that you name.")
    only = frozenset(said.only)
    if isinstance(threshold, UnitThreshold):
        if said.stablecoins or not set(threshold.amounts) >= only:
            raise InputError(
                "{symbol} do not measure that: write dollars, like $5m, or units of the token"
                " itself.",
                symbol=threshold.symbol,
            )
        only = frozenset(threshold.amounts)
    if not (said.interests or only or said.stablecoins or said.anything):
        return None
    return Subject(said.interests or None, said.stablecoins, only)
