"""Weigh: what a transaction can be worth at most, at a glance. Pure.

Hardly any transaction of a block concerns anybody. Those that touch no watched address and weigh
less than everything that is asked for are not even decoded. A weight may be too high, because it
adds up what only passes through, and never too low: the decision is made on movements, in exact
dollars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from data.model import UnitThreshold
from watcher.decode import decode_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from data.model import BlockRef, Chain, Price, Transaction, Watch
    from data.queries.tokens import TokenRow
    from watcher.family import Block, Glance

Rates = dict[bytes | None, int]
"""What one base unit of a token weighs; tokens that are worth nothing are missing."""

ONE = 1 << 128
"""The weight of one dollar, or of what one threshold in units asks for."""
_SLACK = 1 + Fraction(1, 1 << 64)
"""Dollars are decimals of 28 places, which may be rounded up."""


def weight_of(usd: Decimal) -> int:
    """What a transaction weighs at least in which anybody moved so many dollars."""
    return math.floor(Fraction(usd) * ONE)


def dollar_rates(
    chain: Chain, names: Mapping[bytes, TokenRow], prices: Mapping[bytes | None, Price]
) -> Rates:
    """By what the tokens are worth."""
    rates: Rates = {}
    for token, price in prices.items():
        row = None if token is None else names.get(token)
        decimals = chain.native_decimals if token is None else row.decimals if row else None
        if decimals is not None:
            rates[token] = _rate(price.usd, decimals)
    return rates


def unit_rates(chain: Chain, feeds: Iterable[Watch]) -> Rates:
    """By the thresholds of feeds that count units: by the lowest of each token."""
    rates: Rates = {}
    for feed in feeds:
        if isinstance(feed.threshold, UnitThreshold):
            for (chain_name, token), needed in feed.threshold.amounts.items():
                if chain_name == chain.name and needed:
                    rates[token] = max(rates.get(token, 0), -(-ONE // needed))
    return rates


@lru_cache(maxsize=4096)
def _rate(usd: Decimal, decimals: int) -> int:
    return math.ceil(Fraction(usd) * Fraction(ONE, 10**decimals) * _SLACK)


@dataclass(frozen=True, slots=True)
class WeighedBlock:
    """A block and what was seen of it at a glance, with the weight of each transaction in dollars
    and the rates that it was weighed by, the prices of the block's time, and when it came up."""

    block: Block
    glance: Glance
    weights: Sequence[int]
    rates: Rates
    prices: Mapping[bytes | None, Price]
    born: datetime
    _decoded: dict[int, Transaction | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ref(self) -> BlockRef:
        """Its place in the chain."""
        return self.block.ref

    def transaction(self, index: int) -> Transaction | None:
        """The transaction at a place, if anything moved in it; decoded when it is first wanted."""
        if index not in self._decoded:
            self._decoded[index] = decode_at(self.block, index)
        return self._decoded[index]

    def from_weight(self, least: int) -> set[int]:
        """The places of the transactions that weigh so much or more."""
        return {index for index, weight in enumerate(self.weights) if weight >= least}


def weighed(
    chain: Chain,
    block: Block,
    glance: Glance,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
    born: datetime,
) -> WeighedBlock:
    """Put every transaction of a block on the scales."""
    rates = dollar_rates(chain, names, prices)
    return WeighedBlock(block, glance, glance.weights(rates), rates, prices, born)
