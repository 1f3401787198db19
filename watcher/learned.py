"""Learned: what a transaction is to know of tokens, found out between two attempts at it.

No node is asked inside a transaction. What is large is known before it; where a watch turns out to
need what nobody has asked for yet, the transaction begins anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from watcher.concern import by_address, concerns
from watcher.strangers import heavy_tokens, strangers
from watcher.weigh import weight_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
    from decimal import Decimal

    from data.model import BlockRef, Chain, Movement, Price
    from data.queries.tokens import TokenRow
    from data.venues import Venues
    from watcher.concern import Asked, Wanted
    from watcher.weigh import WeighedBlock


class Names(Protocol):
    """What the tokens of a chain are called."""

    @property
    def at_hand(self) -> Mapping[bytes, TokenRow]:
        """Those that are known at once; all that can have a price are among them."""
        ...

    async def of(self, wanted: Collection[bytes]) -> Mapping[bytes, TokenRow]:
        """Those of the wanted that could be read at all; they are at hand from then on."""
        ...


class LongTail(Protocol):
    """What tokens are worth that nobody curated."""

    def told(
        self, wanted: Mapping[BlockRef, Collection[bytes]]
    ) -> Mapping[BlockRef, Mapping[bytes, Price | None]]:
        """What is known of them at once, as of some blocks; None for what has no price."""
        ...

    async def of(
        self, wanted: Mapping[BlockRef, Collection[bytes]], names: Mapping[bytes, TokenRow]
    ) -> Mapping[BlockRef, Mapping[bytes, Price]]:
        """The prices as of some blocks of those that have one; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Assets:
    """Whom to ask for names, and for prices that were not known at a glance; ``venues`` as for
    ``enrich``."""

    names: Names
    prices: LongTail
    venues: Venues | None = None


@dataclass(slots=True)
class Learned:
    """What was asked for, be it found out or not: names of tokens, prices in a block."""

    named: set[bytes] = field(default_factory=set)
    priced: set[tuple[bytes, bytes]] = field(default_factory=set)
    prices: defaultdict[bytes, dict[bytes | None, Price]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def not_priced(self, ref: BlockRef, tokens: Mapping[bytes, set[bytes]]) -> set[bytes]:
        """Those of a block's tokens, which stand by its hash, whose price was not asked for."""
        return {one for one in tokens.get(ref.hash, ()) if (ref.hash, one) not in self.priced}

    def learn(
        self, ref: BlockRef, asked: Collection[bytes], told: Mapping[bytes, Price | None]
    ) -> None:
        """Note what came of asking for prices in a block."""
        self.priced |= {(ref.hash, token) for token in asked}
        found = {token: price for token, price in told.items() if price is not None}
        self.prices[ref.hash].update(found.items())


@dataclass(frozen=True, slots=True)
class Known:
    """The names that are known; those of tokens that were asked for may have stayed unknown."""

    names: Mapping[bytes, TokenRow]
    prices: LongTail
    venues: Venues | None
    learned: Learned


class Unread(Exception):
    """What was to be written is about tokens of which nobody has asked for the name, or for the
    price in a block."""

    def __init__(self, tokens: set[bytes], unpriced: Mapping[BlockRef, set[bytes]]) -> None:
        self.tokens = tokens
        self.unpriced = unpriced


async def with_assets(
    assets: Assets,
    blocks: Sequence[WeighedBlock],
    keep_from_usd: Decimal,
    attempt: Callable[[Learned], Awaitable[int]],
) -> int:
    """Do a transaction with the names of all tokens that it is about, as far as they can be read,
    and with the prices of those that moved at watched addresses."""
    learned = Learned(await heavy_tokens(blocks, weight_of(keep_from_usd)))
    await assets.names.of(learned.named)
    while True:
        try:
            return await attempt(learned)
        except Unread as unread:
            learned.named |= unread.tokens
            names = await assets.names.of(unread.tokens)
            if unread.unpriced:
                found = await assets.prices.of(unread.unpriced, names)
                for ref, tokens in unread.unpriced.items():
                    learned.learn(ref, tokens, found.get(ref, {}))


async def concerned(
    chain: Chain, blocks: Sequence[WeighedBlock], known: Known, asked: Asked
) -> Wanted:
    """What the blocks come to, with the prices that are at hand of what nobody curated. Raises
    Unread for what nobody has asked for yet."""
    learned = known.learned
    watched = by_address(asked.watches).keys()
    found = await strangers(chain, blocks, known.names, watched, learned.prices)
    missing = {
        block.ref: tokens
        for block in blocks
        if (tokens := learned.not_priced(block.ref, found.unpriced))
    }
    told = known.prices.told(missing)
    unasked = {
        ref: unknown for ref, tokens in missing.items() if (unknown := tokens - told[ref].keys())
    }
    unnamed = found.unnamed - learned.named
    if unasked or unnamed:
        raise Unread(unnamed.union(*unasked.values()), unasked)
    for ref, tokens in missing.items():
        learned.learn(ref, tokens, told[ref])
    wanted = await concerns(chain, blocks, known.names, asked, learned.prices)
    unread = _tokens_in(wanted.keep) - known.names.keys() - learned.named
    if unread:
        raise Unread(unread, {})
    return wanted


def _tokens_in(found: Iterable[Movement]) -> set[bytes]:
    return {leg.token for movement in found for leg in movement.legs if leg.token is not None}
