"""Weigh: what a transaction can be worth at most, at a glance. Pure.

Hardly any transaction of a block concerns anybody. Those that touch no watched address and weigh
less than everything that is asked for are not looked at any closer. A weight may be too high,
because it adds up what only passes through, and never too low: the decision is made on movements,
in exact dollars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from data.model import UnitThreshold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from decimal import Decimal

    from data.model import BlockRef, Chain, Price, Transaction, Watch
    from data.queries.tokens import TokenRow
    from watcher.family import Block

Rates = dict[bytes | None, int]
"""What one base unit of a token weighs; tokens that are worth nothing are missing."""

ONE = 1 << 128
"""The weight of one dollar, or of what one threshold in units asks for."""
_SLACK = 1 + Fraction(1, 1 << 64)
"""Dollars are decimals of 28 places, which may be rounded up."""


def weigh(transaction: Transaction, rates: Rates) -> int:
    """The weight of everything that moved in the transaction."""
    return sum([rates[t.token] * t.amount for t in transaction.transfers if t.token in rates])


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
    """A block's transactions with the weight of each in dollars, the prices of the block's time,
    and when it came up. ``doubt`` and ``missing`` as in ``watcher.family.Block``."""

    ref: BlockRef
    transactions: tuple[Transaction, ...]
    weights: tuple[int, ...]
    prices: Mapping[bytes | None, Price]
    born: datetime
    doubt: str | None = None
    missing: str | None = None

    def from_weight(self, least: int) -> Iterator[Transaction]:
        """The transactions that weigh so much or more."""
        return (
            transaction
            for transaction, weight in zip(self.transactions, self.weights, strict=True)
            if weight >= least
        )


def weighed(
    chain: Chain,
    block: Block,
    transactions: tuple[Transaction, ...],
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
    born: datetime,
) -> WeighedBlock:
    """Put every transaction of a block on the scales."""
    rates = dollar_rates(chain, names, prices)
    weights = tuple([weigh(found, rates) for found in transactions])
    return WeighedBlock(block.ref, transactions, weights, prices, born, block.doubt, block.missing)
