"""What tokens call themselves, and what is made of it."""

from __future__ import annotations

import unicodedata

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from watcher.evm.metadata import LONGEST_SYMBOL, decimals_in, text_in


def said(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return encode(["bytes"], [raw])


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (said("USDC"), "USDC"),
        (b"MKR".ljust(32, b"\0"), "MKR"),
        (b"A" * 32, "A" * 32),
        (said("USD\0C\0"), "USD C"),
        (said("  wide \t space\n"), "wide space"),
        (said("\u202eCDSU\u202c"), "CDSU"),
        (said("US\u200bDC"), "US DC"),
        (said(b"US\xff\xfeDC"), "USDC"),
        (said("<b>&amp;"), "<b>&amp;"),
        (said("x" * 10_000), "x" * LONGEST_SYMBOL),
        (said("🐋" * 100), "🐋" * LONGEST_SYMBOL),
        (said(""), None),
        (said("\u202e\u2066\x00"), None),
        (bytes(32), None),
        (b"", None),
        (None, None),
        (b"USDC", None),
        (said("USDC")[:40], None),
    ],
)
def test_a_symbol_is_shown_harmlessly_or_not_at_all(data: bytes | None, shown: str | None) -> None:
    assert text_in(data, LONGEST_SYMBOL) == shown


@given(
    st.binary(max_size=200) | st.text(max_size=60).map(said) | st.binary(min_size=32, max_size=32)
)
def test_whatever_a_token_answers_its_symbol_is_short_and_printable(data: bytes) -> None:
    shown = text_in(data, LONGEST_SYMBOL)
    if shown is not None:
        assert 0 < len(shown) <= LONGEST_SYMBOL
        assert not any(unicodedata.category(letter).startswith("C") for letter in shown)
        assert "\n" not in shown
        assert "\u2028" not in shown


@pytest.mark.parametrize(
    ("data", "decimals"),
    [
        ((18).to_bytes(32), 18),
        (bytes(32), 0),
        ((255).to_bytes(32), 255),
        ((256).to_bytes(32), None),
        ((2**255).to_bytes(32), None),
        (b"\x12", None),
        (b"", None),
        (None, None),
    ],
)
def test_decimals_are_a_small_number_or_unknown(data: bytes | None, decimals: int | None) -> None:
    assert decimals_in(data) == decimals
