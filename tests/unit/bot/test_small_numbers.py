"""Prices of gas, and costs of less than a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.numbers import gwei, small_usd


@pytest.mark.parametrize(
    ("wei", "said"),
    [
        (0, "0 gwei"),
        (1, "0.000000001 gwei"),
        (51 * 10**5, "0.0051 gwei"),
        (10**9, "1 gwei"),
        (12_456 * 10**6, "12.45 gwei"),
        (250_400 * 10**6, "250 gwei"),
        (2**256 - 1, "over 10,000T gwei"),
    ],
)
def test_a_price_of_gas(wei: int, said: str) -> None:
    assert gwei(wei) == said


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        ("0", "$0"),
        ("0.0000001", "<$0.000001"),
        ("0.0000042", "$0.0000042"),
        ("0.00420", "$0.0042"),
        ("0.04219", "$0.042"),
        ("0.3799", "$0.37"),
        ("12.4", "$12.40"),
        ("1234.56", "$1,234"),
    ],
)
def test_a_cost_that_may_be_less_than_a_cent(usd: str, said: str) -> None:
    assert small_usd(Decimal(usd)) == said
