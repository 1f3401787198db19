"""Chains as people call them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.chain import parse_chain
from data.chains import known_chains
from data.errors import InputError

CHAINS = (known_chains()["ethereum"], known_chains()["bsc"])
EVERY = tuple(known_chains().values())


@pytest.mark.parametrize(
    ("text", "name"),
    [("ethereum", "ethereum"), ("ETH", "ethereum"), ("BSC", "bsc"), (" bnb ", "bsc")],
)
def test_reads_names_and_coins(text: str, name: str) -> None:
    chain = parse_chain(text, CHAINS)

    assert chain is not None
    assert chain.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("eth", "ethereum"), ("BNB", "bsc"), ("matic", "polygon"), ("POL", "polygon"),
        ("Base", "base"), ("arb", "arbitrum"), ("Arbitrum One", "arbitrum"), ("op", "optimism"),
        ("optimism", "optimism"), ("AVAX", "avalanche"), ("polygon pos", "polygon"),
    ],
)  # fmt: skip
def test_chains_that_share_a_coin_are_told_apart(text: str, name: str) -> None:
    chain = parse_chain(text, EVERY)

    assert chain is not None
    assert chain.name == name


def test_a_coin_does_not_stand_for_a_chain_that_only_uses_it() -> None:
    with pytest.raises(InputError, match="write base or all"):
        parse_chain("eth", [known_chains()["base"]])


def test_all_is_every_chain() -> None:
    assert parse_chain("All", CHAINS) is None


def test_says_which_chains_there_are() -> None:
    with pytest.raises(InputError, match="write ethereum, bsc or all"):
        parse_chain("dogechain", CHAINS)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        parse_chain(text, CHAINS)
