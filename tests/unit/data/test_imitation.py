"""Tokens that pass themselves off as a known one, and names that are lures."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chains import known_chains
from data.confusables import DRAWN_LIKE
from data.imitation import borrowed, imitates, is_lure, skeleton

CHAIN = known_chains()["ethereum"]
STRANGE = b"\x5f" * 20
(USDC,) = CHAIN.tokens_called("USDC")


@pytest.mark.parametrize(
    "symbol",
    [
        "USDC", "usdc", "USDC ", " USDC", "U S D C", "USD\u200bC", "USDC\ufeff", "$USDC", "USDC.",
        "(USDC)", "ＵＳＤＣ", "𝐔𝐒𝐃𝐂", "UЅDС", "ՍՏDС", "U5DC", "U$DC", "ÙSDĊ", "USDC✅",
        "\u202eCDSU", "USD₵",
    ],
)  # fmt: skip
def test_a_symbol_that_reads_like_a_known_one_borrows_it(symbol: str) -> None:
    assert borrowed(CHAIN, STRANGE, symbol) == "USDC"


@pytest.mark.parametrize(
    "symbol",
    [
        "USDC.e",
        "axlUSDC",
        "aUSDC",
        "USDCx",
        "cUSDC",
        "USDb",
        "PEPE2",
        "UNI-V2",
        "",
        "?",
        "漢字",
        "🐋",
    ],
)
def test_a_name_of_its_own_borrows_nothing(symbol: str) -> None:
    assert borrowed(CHAIN, STRANGE, symbol) is None


@pytest.mark.parametrize(("symbol", "real"), [("ETH", "ETH"), ("ЕТН", "ETH"), ("LlNK", "LINK")])
def test_the_native_coin_and_other_tokens_are_borrowed_too(symbol: str, real: str) -> None:
    assert borrowed(CHAIN, STRANGE, symbol) == real


def test_a_borrowed_name_is_found_behind_another_symbol() -> None:
    assert borrowed(CHAIN, STRANGE, "CLAIM", "Tеthеr USD") == "USDT"


def test_what_is_curated_may_call_itself_as_it_likes() -> None:
    bridged = replace(USDC, address=STRANGE, symbol="USDC.e", name="USD Coin")
    chain = replace(CHAIN, tokens={**CHAIN.tokens, STRANGE: bridged})
    assert borrowed(chain, STRANGE, "USDC", "USD Coin") is None
    assert not imitates(chain, STRANGE, "USDC", "https://x.io")
    assert borrowed(chain, b"\x60" * 20, "USDC.e") == "USDC.e"
    assert borrowed(CHAIN, None, "USDC") is None
    assert borrowed(CHAIN, CHAIN.wrapped_native, "ETH") is None


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("X", "Visit usdc-claim.com to claim"),
        ("X", "Vіsіt usdс-сlaim.соm"),
        ("https://x.io", ""),
        ("www.free.xyz", ""),
        ("X", "t.me/spam"),
        ("$5000", "reward at lido．fi"),
        ("<b>FREE</b>", '<a href="https://claim.example">claim</a>'),
        ("ETH-GIFT.ORG", "redeem"),
    ],
)
def test_a_name_that_sends_people_to_a_site_is_a_lure(symbol: str, name: str) -> None:
    assert is_lure(symbol, name)
    assert imitates(CHAIN, STRANGE, symbol, name)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("PUMP", "pump.fun"), ("YF", "yearn.finances"), ("UMA", "Voting Token v1.0"), ("", ""),
     ("FREE", "Free Coin"), ("S.O.L", "Mr. Fox"), ("USDC.e", "Bridged USDC")],
)  # fmt: skip
def test_an_honest_name_with_a_dot_is_none(symbol: str, name: str) -> None:
    assert not is_lure(symbol, name)


def test_no_curated_token_is_a_lure_by_its_name() -> None:
    for chain in known_chains().values():
        assert [one for one in chain.tokens.values() if is_lure(one.symbol, one.name)] == []


_DISGUISES = st.sampled_from(
    ["drawn alike", "fullwidth", "mark", "invisible", "space", "small", "as it is"]
)


def disguised(letter: str, how: str, pick: int) -> str:
    if how == "drawn alike" and letter.casefold() in DRAWN_LIKE:
        alike = DRAWN_LIKE[letter.casefold()]
        return alike[pick % len(alike)]
    if how == "fullwidth":
        return chr(ord(letter) + 0xFEE0)
    added = {"mark": "\u0307", "invisible": "\u200d", "space": "\u00a0"}.get(how, "")
    return (letter.lower() if how == "small" else letter) + added


@given(
    st.sampled_from([one.symbol for one in CHAIN.tokens.values() if one.symbol.isalpha()]),
    st.lists(st.tuples(_DISGUISES, st.integers(0, 100)), min_size=20, max_size=20),
)
def test_no_disguise_of_a_known_symbol_goes_unseen(
    symbol: str, ways: list[tuple[str, int]]
) -> None:
    text = "".join(
        disguised(letter, how, pick) for letter, (how, pick) in zip(symbol, ways, strict=False)
    )
    found = borrowed(CHAIN, STRANGE, text)
    assert found is not None
    assert skeleton(found) == skeleton(symbol)


@given(st.text(max_size=400), st.text(max_size=400))
def test_nothing_that_a_token_calls_itself_makes_it_fail(symbol: str, name: str) -> None:
    imitates(CHAIN, STRANGE, symbol, name)
    assert all(one.isalnum() or unicodedata.category(one)[0] in "LN" for one in skeleton(symbol))
