"""Addresses: whatever else it is, the sentence says so."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.address import looks_like_address, parse_address
from data.addresses import checksummed
from data.errors import InputError

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
RAW = bytes.fromhex(VITALIK[2:])


@pytest.mark.parametrize(
    "text",
    [
        VITALIK,
        VITALIK.lower(),
        "0X" + VITALIK[2:].upper(),
        f"  {VITALIK}\n",
        f"https://etherscan.io/address/{VITALIK}",
        f"https://bscscan.com/address/{VITALIK}#tokentxns",
        f"HTTPS://etherscan.io/token/{VITALIK}?a=1",
    ],
)
def test_reads(text: str) -> None:
    assert parse_address(text) == RAW


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Which address"),
        (VITALIK.replace("dA6", "Da6"), "checksum"),
        ("vitalik.eth", "not supported yet, paste the address"),
        ("0x" + "ab" * 32, "transaction"),
        ("ab" * 32, "transaction"),
        ("https://etherscan.io/tx/0x" + "ab" * 32, "transaction"),
        ("https://etherscan.io/", "leads to no address"),
        ("https://etherscan.io/address/vitalik.eth", "not supported yet"),
        ("https://[", "leads to no address"),
        (VITALIK[2:], "lacks its 0x"),
        ("4Nd1mYQz3JgQxg1mVXqWqX8Q6Y4yq3m5h1qk6VZ6Kp9d", "Solana"),
        ("TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "Tron"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "Bitcoin"),
        ("0x" + "a" * 10_000, "far too long"),
        ("z" * 10_000, "far too long"),
        (VITALIK[:-1], "41 characters" if len(VITALIK[:-1]) == 43 else "39 characters"),
        (VITALIK[:20] + "\u202e" + VITALIK[20:], "invisible"),
        (VITALIK + "\u200b", "invisible"),
        (VITALIK[:20] + "\x00" + VITALIK[21:], "invisible"),
        ("0х" + VITALIK[2:], "only looks like"),
        (VITALIK.replace("a", "а"), "only looks like"),
        ("hello", "no address"),
    ],
)
def test_refuses_and_says_what_it_is(text: str, hint: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_address(text)

    assert hint in str(refusal.value)
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("text", [VITALIK, "vitalik.eth", "0x12", "0хd8", "ab" * 20, "ab" * 32])
def test_sees_that_an_address_was_meant(text: str) -> None:
    assert looks_like_address(text)


@pytest.mark.parametrize("text", ["", "hello", "hello there", f"look at {VITALIK}", "12.5", "ok."])
def test_sees_that_no_address_was_meant(text: str) -> None:
    assert not looks_like_address(text)


@given(st.text(max_size=120) | st.from_regex(r"(https?://[^ ]{0,20}/)?0x[0-9a-fA-F]{38,42}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    looks_like_address(text)
    with suppress(InputError):
        assert len(parse_address(text)) == 20


@given(st.binary(min_size=20, max_size=20))
def test_what_is_shown_is_what_is_read(address: bytes) -> None:
    assert parse_address(checksummed(address)) == address
    assert parse_address("0x" + address.hex()) == address
