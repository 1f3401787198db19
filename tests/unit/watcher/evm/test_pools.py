"""What pools offer, by what they and their factories answer: honest ones, and any bytes."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.chains import known_chains
from data.model import Factory, PoolKind
from watcher.evm.pools import Place, Pool, depth_in, found, places, search, state_reads

LOW, MIDDLE, HIGH = b"\x01" * 20, b"\x50" * 20, b"\xf0" * 20
V2 = Factory("Uniswap v2", PoolKind.V2, b"\x22" * 20)
V3 = Factory("Uniswap v3", PoolKind.V3, b"\x33" * 20, (500, 3000))
CHAINS = known_chains()


def pool(kind: Factory, quote: bytes) -> Pool:
    fee = 500 if kind is V3 else None
    return Pool(b"\x77" * 20, MIDDLE, Place(kind, quote, fee))


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32) for number in numbers)


def v3_state(root: int, liquidity: int, held: int) -> list[bytes]:
    return [words(root, 0, 0, 1, 1, 0, 1), words(liquidity), words(held)]


def test_a_tokens_pools_are_looked_for_with_every_factory_quote_and_fee() -> None:
    chain = CHAINS["ethereum"]
    looked_for = list(places(chain, MIDDLE))
    assert len(looked_for) == len(set(looked_for)) == 3 * 3 + 2 * 3 * 4
    quote = chain.quotes[0]
    assert all(place.quote != quote for place in places(chain, quote))


def test_a_factory_names_a_pool_or_none() -> None:
    assert found(bytes(12) + LOW) == LOW
    assert [
        found(data) for data in (None, b"", bytes(32), b"\x01" * 32, bytes(12) + LOW + b"\0")
    ] == [None] * 5


def test_only_factories_pools_and_quotes_are_asked_never_the_token() -> None:
    for factory in (V2, V3):
        one = pool(factory, HIGH)
        asked = [search(MIDDLE, one.place), *state_reads(one)]
        assert {contract for contract, _ in asked} == {factory.address, one.address, HIGH}


@pytest.mark.parametrize(("quote", "reserves"), [(LOW, (300, 7)), (HIGH, (7, 300))])
def test_a_v2_pool_offers_its_reserves(quote: bytes, reserves: tuple[int, int]) -> None:
    depth = depth_in(pool(V2, quote), [words(*reserves, 5), words(300)])
    assert depth is not None
    assert (depth.price, depth.held) == (Fraction(300, 7), 300)


@pytest.mark.parametrize("quote", [LOW, HIGH])
def test_a_v3_pool_offers_what_lies_around_its_price(quote: bytes) -> None:
    # 4 quotes a token: tokens are the first of the two under a high quote
    root = 2 * 2**96 if quote == HIGH else 2**96 // 2
    depth = depth_in(pool(V3, quote), v3_state(root, 1000, 10**6))
    assert depth is not None
    assert (depth.price, depth.held) == (Fraction(4), 2000)


@pytest.mark.parametrize(
    ("factory", "state"), [(V2, [words(7, 10**30, 5)]), (V3, v3_state(2**96, 10**30, 0)[:2])]
)
def test_a_pool_that_claims_more_than_it_holds_is_not_believed(
    factory: Factory, state: list[bytes]
) -> None:
    depth = depth_in(pool(factory, HIGH), [*state, words(300)])
    assert depth is not None
    assert depth.held == 300


@pytest.mark.parametrize(
    ("factory", "state"),
    [
        (V2, [words(0, 5, 0), words(5)]),
        (V2, [words(5, 0, 0), words(5)]),
        (V2, [words(5, 2**112, 0), words(5)]),
        (V2, [words(5, 5), words(5)]),
        (V2, [None, words(5)]),
        (V2, [words(5, 5, 0), None]),
        (V3, v3_state(0, 5, 5)),
        (V3, v3_state(2**160, 5, 5)),
        (V3, v3_state(2**96, 0, 5)),
        (V3, v3_state(2**96, 2**128, 5)),
        (V3, [None, words(5), words(5)]),
    ],
)
def test_a_pool_that_makes_no_sense_offers_nothing(
    factory: Factory, state: list[bytes | None]
) -> None:
    assert depth_in(pool(factory, HIGH), state) is None


DATA = (
    st.none()
    | st.binary(max_size=300)
    | st.lists(st.integers(0, 2**256 - 1), max_size=8).map(lambda numbers: words(*numbers))
)


@given(DATA, DATA, DATA, st.sampled_from([LOW, HIGH]))
def test_whatever_a_pool_answers_it_is_a_depth_or_none(
    first: bytes | None, second: bytes | None, third: bytes | None, quote: bytes
) -> None:
    for factory in (V2, V3):
        asked = (first, second, third)[: 2 if factory is V2 else 3]
        depth = depth_in(pool(factory, quote), asked)
        if depth is not None:
            assert depth.price > 0
            assert 0 <= depth.held < 2**256


@given(st.integers(1, 2**112 - 1), st.integers(1, 2**112 - 1), st.sampled_from([LOW, HIGH]))
@example(1, 2**112 - 1, LOW)
@example(2**112 - 1, 1, HIGH)
def test_v2_and_v3_agree_on_the_same_holdings(first: int, second: int, quote: bytes) -> None:
    held = 2**200
    v2 = depth_in(pool(V2, quote), [words(first, second, 0), words(held)])
    root, liquidity = isqrt((second << 192) // first), isqrt(first * second)
    v3 = depth_in(pool(V3, quote), v3_state(root, liquidity, held))
    assert v2 is not None
    if v3 is None:
        # no square root of a price lies beyond
        assert not 0 < root < 2**160
        return
    # the roots are rounded down to whole numbers
    slack = Fraction(2, root) + Fraction(2, liquidity) + Fraction(1, min(first, second))
    assert abs(v3.price / v2.price - 1) <= 4 * slack
    assert abs(v3.held - v2.held) <= 4 * slack * v2.held + 2
