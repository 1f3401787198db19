from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.transaction import looks_like_transaction, parse_transaction
from data.chains import known_chains
from data.errors import InputError

CHAINS = (known_chains()["ethereum"], known_chains()["bsc"])
DIGITS = "ab" * 32
HASH = bytes.fromhex(DIGITS)


@pytest.mark.parametrize("text", [f"0x{DIGITS}", f" 0X{DIGITS.upper()} ", DIGITS])
def test_a_hash_is_of_any_chain(text: str) -> None:
    assert parse_transaction(text, CHAINS) == (HASH, None)
    assert looks_like_transaction(text)


@pytest.mark.parametrize(
    ("link", "chain"),
    [
        (f"https://etherscan.io/tx/0x{DIGITS}", "ethereum"),
        (f"https://www.etherscan.io/tx/0x{DIGITS}/?a=b#eventlog", "ethereum"),
        (f"http://bscscan.com/tx/0x{DIGITS}", "bsc"),
        (f"https://basescan.org/tx/0x{DIGITS}", None),
        (f"https://eth.blockscout.com/tx/0x{DIGITS}?tab=logs", None),
    ],
)
def test_a_link_tells_the_chain_where_it_is_a_followed_ones(link: str, chain: str | None) -> None:
    tx_hash, found = parse_transaction(link, CHAINS)

    assert tx_hash == HASH
    assert (found.name if found else None) == chain
    assert looks_like_transaction(link)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Which transaction?"),
        ("0x" + "ab" * 31, "that one has 62"),
        ("0x" + "ab" * 33, "that one has 66"),
        ("0x" + "ab" * 20, "That is an address"),
        ("0x" + "zz" * 32, "is no transaction"),
        (f"0x{DIGITS} 0x{DIGITS}", "One transaction at a time"),
        ("https://etherscan.io/address/0x" + "ab" * 20, "leads to no transaction"),
        ("https://etherscan.io/tx/0xab", "that one has 2"),
        ("https://[", "leads to no transaction"),
        ("x" * 501, "far too long"),
        ("hello", "is no transaction"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        parse_transaction(text, CHAINS)


@given(st.text(max_size=120))
def test_any_text_is_a_hash_or_a_sentence(text: str) -> None:
    with suppress(InputError):
        tx_hash, _ = parse_transaction(text, CHAINS)
        assert len(tx_hash) == 32
    assert looks_like_transaction(text) in {True, False}


@pytest.mark.parametrize("text", ["0x" + "ab" * 20, "https://etherscan.io/token/0xab", "hi"])
def test_other_pastes_are_not_taken_for_transactions(text: str) -> None:
    assert not looks_like_transaction(text)
