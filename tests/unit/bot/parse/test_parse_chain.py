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


@pytest.mark.parametrize(
    ("text", "name"),
    [("ethereum", "ethereum"), ("ETH", "ethereum"), ("BSC", "bsc"), (" bnb ", "bsc")],
)
def test_reads_names_and_coins(text: str, name: str) -> None:
    chain = parse_chain(text, CHAINS)

    assert chain is not None
    assert chain.name == name


def test_all_is_every_chain() -> None:
    assert parse_chain("All", CHAINS) is None


def test_says_which_chains_there_are() -> None:
    with pytest.raises(InputError, match="write ethereum, bsc or all"):
        parse_chain("dogechain", CHAINS)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        parse_chain(text, CHAINS)
