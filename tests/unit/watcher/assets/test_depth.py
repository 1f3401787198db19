"""What a token is worth by its pools: exact, bounded, and never more than a pool could pay."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from data.model import Leg, Price, PriceState
from watcher.assets.depth import HIGHEST, LEAST_LIQUIDITY, price_of
from watcher.assets.market import Depth

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ETH, USD, TOKEN, POOL = (bytes([number]) * 20 for number in range(1, 5))
PLACES = {ETH: 18, USD: 6}
PRICES: dict[bytes | None, Price] = {
    ETH: Price(Decimal(3000), "chainlink", NOON),
    USD: Price(Decimal("0.9998"), "chainlink", NOON),
}


def depth(
    price: Fraction, held: int, quote: bytes = ETH, pool: bytes = POOL, venue: str = "Uniswap v2"
) -> Depth:
    return Depth(pool, venue, quote, price, held)


def price(*depths: Depth, decimals: int = 18) -> Price | None:
    return price_of(depths, decimals, PLACES.get, PRICES, NOON)


def test_a_pools_price_is_thin_and_capped_by_what_the_pool_could_pay() -> None:
    # a thousandth of an ether a token, and ten ether behind it
    found = price(depth(Fraction(1, 1000), 10 * 10**18))
    assert found == Price(Decimal(3), "Uniswap v2 pool", NOON, PriceState.THIN, Decimal(30_000))


def test_decimals_of_token_and_quote_both_count() -> None:
    # 2 units of USDC for one of a token of 8 places: 10^-6 dollars for 10^-8 tokens
    found = price(depth(Fraction(2), 50_000 * 10**6, USD), decimals=8)
    assert found is not None
    assert (found.usd, found.at_most) == (Decimal("199.96"), Decimal(49990))


def test_the_deepest_pool_counts() -> None:
    shallow = depth(Fraction(1), 5 * 10**18, pool=b"\x09" * 20)
    deep = depth(Fraction(1, 1000), 50 * 10**18)
    assert price(shallow, deep) == price(deep, shallow) == price(deep)


def test_a_pool_below_the_floor_gives_no_price() -> None:
    floor = int(LEAST_LIQUIDITY / 3000 * 10**18) + 1
    assert price(depth(Fraction(1), floor)) is not None
    assert price(depth(Fraction(1), floor - 10**6)) is None


def test_a_quote_without_a_price_gives_none() -> None:
    assert price(depth(Fraction(1), 10**30, TOKEN)) is None
    assert price() is None


def test_what_a_token_says_of_its_decimals_does_not_change_a_value() -> None:
    amount, pool = 5 * 10**20, depth(Fraction(1, 1000), 10**21)
    values = set()
    for decimals in (6, 18, 20):
        found = price(pool, decimals=decimals)
        values.add(Leg(TOKEN, "X", decimals, amount, found).usd)
    assert values == {Decimal(1500)}


WORDS = st.integers(0, 2**256 - 1)


@given(
    st.fractions(min_value=0) | st.builds(Fraction, WORDS, WORDS.filter(bool)),
    WORDS,
    st.integers(0, 255),
    st.integers(0, 255),
    st.decimals(min_value=0, max_value=10**12, allow_nan=False, allow_infinity=False),
    WORDS,
)
def test_any_pool_gives_a_bounded_price_or_none(
    ratio: Fraction, held: int, decimals: int, places: int, quote_usd: Decimal, amount: int
) -> None:
    prices: dict[bytes | None, Price] = {ETH: Price(quote_usd, "chainlink", NOON)}
    found = price_of([depth(ratio, held)], decimals, lambda _: places, prices, NOON)
    if found is None:
        return
    assert found.at_most is not None
    exact = Fraction(quote_usd) / 10**places
    assert 0 < found.usd < HIGHEST
    assert found.state is PriceState.THIN
    assert LEAST_LIQUIDITY <= Fraction(found.at_most) <= held * exact
    usd = ratio * exact * 10**decimals
    assert 0 <= usd - Fraction(found.usd) <= usd / 10**20
    value = Leg(TOKEN, "X", decimals, amount, found).usd
    assert value is not None
    assert 0 <= value <= found.at_most
