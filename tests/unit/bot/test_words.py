"""Thresholds, addresses and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.texts.words import (
    address_link,
    duration_words,
    is_muted,
    listed,
    threshold_meaning,
    threshold_words,
    time_words,
)
from data.chains import known_chains
from data.model import UnitThreshold, UsdThreshold

CHAINS = (known_chains()["ethereum"], known_chains()["bsc"])
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists(names: list[str], text: str) -> None:
    assert listed(names) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(days=2, hours=3, minutes=4), "2 d 3 h"),
        (timedelta(days=1, minutes=4), "1 d 4 min"),
    ],
)
def test_durations(duration: timedelta, text: str) -> None:
    assert duration_words(duration) == text


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (NOW + timedelta(hours=2), "14:00 UTC"),
        (NOW + timedelta(days=1), "21 Nov, 12:00 UTC"),
        (NOW + timedelta(days=60), "19 Jan 2027, 12:00 UTC"),
    ],
)
def test_ends_of_mutes(until: datetime, text: str) -> None:
    assert time_words(until, NOW) == text
    assert is_muted(until, NOW)
    assert not is_muted(until, until)


def test_thresholds() -> None:
    units = UnitThreshold(Decimal("1250.5"), "<X>", {("ethereum", None): 1, ("mars", None): 1})

    assert threshold_words(UsdThreshold(Decimal(1_250_000)), Decimal(1)) == "$1,250,000"
    assert threshold_words(None, Decimal(100)) == "$100 (this chat's default)"
    assert threshold_words(units, Decimal(1)) == "1,250.5 &lt;X&gt;"
    assert threshold_meaning(units, CHAINS) == "ETH on Ethereum"


def test_a_short_address_has_its_link() -> None:
    link = address_link(bytes.fromhex("d8da6bf26964af9d7eed9e03e53415d37aa96045"), CHAINS)

    assert link == (
        '<a href="https://etherscan.io/address/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045">'
        "0xd8dA…6045</a>"
    )
