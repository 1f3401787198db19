"""Thresholds: read exactly or refused with one sentence."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.threshold import MOST_USD, parse_threshold, split_threshold
from data.chains import known_chains
from data.errors import InputError
from data.model import UnitThreshold, UsdThreshold

CHAINS = (known_chains()["ethereum"], known_chains()["bsc"])


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("250000", "250000"),
        ("$250k", "250000"),
        ("250K", "250000"),
        ("1.5m", "1500000"),
        ("1.5M usd", "1500000"),
        ("$1,250,000.50", "1250000.50"),
        ("1_000_000", "1000000"),
        ("$ 5000", "5000"),
        ("2bn", "2000000000"),
        (".5", "0.5"),
        ("100usd", "100"),
    ],
)
def test_reads_dollars(text: str, usd: str) -> None:
    assert parse_threshold(text, CHAINS) == UsdThreshold(Decimal(usd))


@pytest.mark.parametrize("text", ["50 ETH", "50 eth", "50eth"])
def test_reads_eth_as_the_coin_what_wraps_it_and_the_token_of_that_symbol(text: str) -> None:
    threshold = parse_threshold(text, CHAINS)

    assert isinstance(threshold, UnitThreshold)
    ethereum, bsc = CHAINS
    pegged = bsc.tokens_called("ETH")[0].address
    assert threshold.symbol == "ETH"
    assert threshold.quantity == 50
    assert threshold.amounts == {
        ("ethereum", None): 50 * 10**18,
        ("ethereum", ethereum.wrapped_native): 50 * 10**18,
        ("bsc", pegged): 50 * 10**18,
    }


def test_reads_units_of_a_token_in_the_base_units_of_each_chain() -> None:
    threshold = parse_threshold("1_000_000 USDC", CHAINS)

    assert isinstance(threshold, UnitThreshold)
    by_chain = {chain: amount for (chain, _), amount in threshold.amounts.items()}
    assert by_chain == {"ethereum": 10**12, "bsc": 10**24}


def test_resolves_symbols_on_the_given_chains_only() -> None:
    threshold = parse_threshold("1m USDC", CHAINS[:1])

    assert isinstance(threshold, UnitThreshold)
    assert {chain for chain, _ in threshold.amounts} == {"ethereum"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "like"),
        ("-5", "sign"),
        ("$-5", "sign"),
        ("+5", "sign"),
        ("-5 ETH", "sign"),
        ("0", "Zero"),
        ("0.00", "Zero"),
        ("0 ETH", "Zero"),
        ("1e400", "can't read"),
        ("NaN", "can't read"),
        ("inf", "can't read"),
        ("Infinity", "can't read"),
        ("-inf", "sign"),
        ("50 NOPE", "no token called NOPE"),
        ("50NOPE", "no token called NOPE"),
        ("50 ETH whatever", "too much"),
        ("$50 100", "too much"),
        ("1,5m", "can't read"),
        ("1,00,000", "can't read"),
        ("1__000", "can't read"),
        ("9" * 39, "big"),
        ("9" * 4000, "can't read"),
        ("100000t", "big"),
        ("999999t ETH", "big"),
        ("0.001", "two decimal"),
        ("1.1234567 USDC", "6 decimal"),
        ("٣٤٥", "can't read"),
        ("½", "can't read"),
        ("k", "can't read"),
        ("$", "no amount behind"),
        ("\u202e50", "can't read"),
    ],
)
def test_refuses_with_a_sentence(text: str, hint: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_threshold(text, CHAINS)

    assert hint in str(refusal.value)
    assert len(str(refusal.value)) < 250
    assert "\u202e" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "threshold", "label"),
    [
        ("", None, ""),
        ("Vitalik", None, "Vitalik"),
        ("$250k Vitalik B", "250000", "Vitalik B"),
        ("100k FTX", "100000", "FTX"),
        ("250000 my friend", "250000", "my friend"),
        ("250000 usd my friend", "250000", "my friend"),
        ("$3m 3AC", "3000000", "3AC"),
    ],
)
def test_splits_a_threshold_from_the_label_behind_it(
    text: str, threshold: str | None, label: str
) -> None:
    found, rest = split_threshold(text.split(), CHAINS)

    assert found == (UsdThreshold(Decimal(threshold)) if threshold else None)
    assert " ".join(rest) == label


def test_splits_units_from_the_label_behind_them() -> None:
    found, rest = split_threshold(["50", "ETH", "cold", "wallet"], CHAINS)

    assert isinstance(found, UnitThreshold)
    assert rest == ["cold", "wallet"]


@pytest.mark.parametrize(
    "text",
    [
        *("50 NOPE", "50 NOPE label", "-5 label", "1e400", "NaN", "3AC", "$"),
        # what phones make of a minus, and other numbers and currencies
        *("\u22125", "\u20135 label", "€5m", "−€5", "∞", "٣٠", "５0"),
    ],
)
def test_never_takes_a_malformed_threshold_for_a_label(text: str) -> None:
    with pytest.raises(InputError):
        split_threshold(text.split(), CHAINS)


@given(st.text(max_size=80) | st.from_regex(r"[$+-]?[0-9.,_]{1,50}[a-zA-Z ]{0,8}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    for attempt in (
        lambda: parse_threshold(text, CHAINS),
        lambda: split_threshold(text.split(), CHAINS),
    ):
        with suppress(InputError):
            attempt()


@given(st.decimals(min_value="0.01", max_value=MOST_USD, places=2))
def test_what_is_written_is_what_is_read(usd: Decimal) -> None:
    assert parse_threshold(f"${usd:,f}", CHAINS) == UsdThreshold(usd)


@given(st.integers(min_value=1, max_value=10**24))
def test_units_are_exact(base: int) -> None:
    quantity = Decimal(base).scaleb(-18)

    threshold = parse_threshold(f"{quantity:f} BNB", CHAINS)

    assert isinstance(threshold, UnitThreshold)
    assert threshold.quantity == quantity
    assert threshold.amounts["bsc", None] == base
    assert threshold.amounts["bsc", CHAINS[1].wrapped_native] == base
