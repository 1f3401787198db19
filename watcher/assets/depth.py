"""What a token is worth by its pools: thin, and never more than the pool could pay. Pure.

A pool's price is anybody's to make, for as much as it takes to move it. What it cannot do is pay
out more than it holds: so no amount is worth more than the quote side of the deepest pool, the
most that a sale into it could ever bring. Sold at once, an amount as large as the pool's own stock
would bring half of what is told.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from data.model import Price, PriceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from watcher.assets.market import Depth

HIGHEST = 10**12
"""Dollars for one unit: whoever tells of more lies, and the values would leave their columns."""
LEAST_LIQUIDITY = Decimal(10_000)
"""Dollars: a shallower pool is moved for the price of a few meals, and proves nothing."""
_LONGEST_SOURCE = 32
_DIGITS = Context(prec=24, rounding=ROUND_DOWN)


def price_of(
    depths: Iterable[Depth],
    decimals: int,
    quote_decimals: Callable[[bytes], int | None],
    quote_prices: Mapping[bytes | None, Price],
    time: datetime,
) -> Price | None:
    """The price of one whole token by its deepest pool at ``time``; None if none is deep enough.

    ``decimals`` are the token's, which may lie: they are in the price and again in the amount, and
    a value does not change with them.
    """
    best: tuple[Decimal, bytes, Price] | None = None
    for depth in depths:
        price = _price(depth, decimals, quote_decimals, quote_prices, time)
        if price is None or price.at_most is None:
            continue
        # of two that are equally deep always the same
        if best is None or (price.at_most, depth.pool) > best[:2]:
            best = price.at_most, depth.pool, price
    return None if best is None else best[2]


def _price(
    depth: Depth,
    decimals: int,
    quote_decimals: Callable[[bytes], int | None],
    quote_prices: Mapping[bytes | None, Price],
    time: datetime,
) -> Price | None:
    quote, places = quote_prices.get(depth.quote), quote_decimals(depth.quote)
    if quote is None or places is None:
        return None
    of_quote = Fraction(quote.usd) / 10**places
    at_most = _rounded(depth.held * of_quote)
    usd = _rounded(depth.price * of_quote * 10**decimals)
    if at_most < LEAST_LIQUIDITY or not 0 < usd < HIGHEST:
        return None
    source = f"{depth.venue} pool"[:_LONGEST_SOURCE]
    return Price(usd, source, time, PriceState.THIN, at_most)


def _rounded(exact: Fraction) -> Decimal:
    """Never more than it is."""
    return _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))
