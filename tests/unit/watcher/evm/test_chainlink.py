"""Which rounds of a feed are prices, and which are not to be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model import Feed
from watcher.assets.depth import HIGHEST
from watcher.evm.bounds import Bounds
from watcher.evm.chainlink import GRACE, LONGEST_HEARTBEAT, phase_in, price_in

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FEED = Feed("ETH / USD", bytes(20), 8, 3600)


def a_round(answer: int, updated: datetime | int = NOW) -> bytes:
    at = updated if isinstance(updated, int) else int(updated.timestamp())
    words = [(1).to_bytes(32), answer.to_bytes(32, signed=True), bytes(32), at.to_bytes(32)]
    return b"".join([*words, (1).to_bytes(32)])


def test_a_fresh_round_is_a_price_with_its_source_and_age() -> None:
    price = price_in(a_round(3412_12345678), FEED, NOW + timedelta(minutes=3))
    assert price is not None
    assert (price.usd, price.source, price.as_of) == (Decimal("3412.12345678"), "chainlink", NOW)


@pytest.mark.parametrize("answer", [0, -1, -(2**255), 2**255 - 1, int(HIGHEST) * 10**8])
def test_what_is_not_above_zero_or_beyond_belief_is_no_price(answer: int) -> None:
    assert price_in(a_round(answer), FEED, NOW) is None


@pytest.mark.parametrize("updated", [0, 2**38, 2**39, 2**64, 2**255])
def test_a_round_of_no_possible_time_is_no_price(updated: int) -> None:
    assert price_in(a_round(10**8, updated), FEED, NOW) is None


def test_a_round_ages_until_its_heartbeat_and_some_grace_are_over() -> None:
    last = NOW + timedelta(seconds=3600) + GRACE
    assert price_in(a_round(10**8), FEED, last) is not None
    assert price_in(a_round(10**8), FEED, last + timedelta(seconds=1)) is None


def test_without_a_published_heartbeat_a_day_is_allowed() -> None:
    feed = Feed("X / USD", bytes(20), 8)
    last = NOW + LONGEST_HEARTBEAT + GRACE
    assert price_in(a_round(10**8), feed, last) is not None
    assert price_in(a_round(10**8), feed, last + timedelta(seconds=1)) is None


@given(st.none() | st.binary(max_size=200) | st.binary(min_size=160, max_size=160))
def test_whatever_a_feed_answers_nothing_is_raised(data: bytes | None) -> None:
    price = price_in(data, FEED, NOW)
    assert price is None or 0 < price.usd < HIGHEST


@given(st.integers(-(2**255), 2**255 - 1), st.integers(0, 2**256 - 1))
def test_any_round_is_believable_or_none(answer: int, updated: int) -> None:
    price = price_in(a_round(answer, updated), FEED, NOW)
    assert price is None or 0 < price.usd < HIGHEST


@pytest.mark.parametrize(
    ("bounds", "believed"),
    [
        (Bounds(None, None), True),
        (Bounds(1, 10**12), True),
        (Bounds(10**8, 10**12), False),
        (Bounds(1, 10**8), False),
        (Bounds(2 * 10**8, None), False),
        (Bounds(None, 5 * 10**7), False),
    ],
)
def test_an_answer_at_a_bound_or_beyond_is_no_price(bounds: Bounds, believed: bool) -> None:
    assert (price_in(a_round(10**8), FEED, NOW, bounds) is not None) is believed


def test_the_phase_stands_in_the_upper_bits_of_a_rounds_number() -> None:
    words = [((7 << 64) + 12).to_bytes(32), *(bytes(32) for _ in range(4))]
    assert phase_in(b"".join(words)) == 7
    assert phase_in(b"".join(words[1:])) is None
    assert phase_in(None) is None
