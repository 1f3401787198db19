"""Which two prices contradict each other, and what is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from data.model import Price, PriceState
from watcher.assets.agreement import AS_FRESH, checked

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEED = Price(Decimal(100), "chainlink", NOON)


def other(usd: str, **changes: object) -> Price:
    return replace(Price(Decimal(usd), "price api", NOON), **changes)  # type: ignore[arg-type] # any field


@pytest.mark.parametrize(
    ("usd", "state"),
    [
        ("100", PriceState.PRICED),
        ("95", PriceState.PRICED),
        ("94.99", PriceState.THIN),
        ("105.2", PriceState.PRICED),
        ("105.27", PriceState.THIN),
        ("0.000001", PriceState.THIN),
        ("150", PriceState.THIN),
    ],
)
def test_sources_that_are_further_apart_than_the_bound_make_a_price_thin(
    usd: str, state: PriceState
) -> None:
    assert checked(FEED, other(usd)) == replace(FEED, state=state)


def test_a_price_that_nobody_else_tells_of_stays() -> None:
    assert checked(FEED, None) == FEED


def test_a_source_that_doubts_itself_or_is_older_contradicts_nobody() -> None:
    assert checked(FEED, other("150", state=PriceState.THIN)) == FEED
    older = NOON - AS_FRESH - timedelta(seconds=1)
    assert checked(FEED, other("150", as_of=older)) == FEED


def test_a_thin_price_stays_thin() -> None:
    thin = replace(FEED, state=PriceState.THIN)
    assert checked(thin, other("100")) == thin
