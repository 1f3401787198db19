"""Addresses that are made to be taken for another one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from data.lookalike import looks_alike, neighbourhood
from sandbox.chain.deceit import look_alike

ADDRESSES = st.binary(min_size=20, max_size=20)
KNOWN = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")


def forged(known: bytes, first: int, last: int) -> bytes:
    return bytes.fromhex(look_alike("0x" + known.hex(), first=first, last=last)[2:])


@given(ADDRESSES, st.integers(0, 12), st.integers(0, 12))
def test_seven_digits_in_common_with_three_at_each_end_look_alike(
    known: bytes, first: int, last: int
) -> None:
    other = forged(known, first, last)
    assert looks_alike(other, known) == (min(first, last) >= 3 and first + last >= 7)


@given(ADDRESSES, ADDRESSES)
def test_looking_alike_is_mutual_and_never_said_of_the_same_address(
    one: bytes, other: bytes
) -> None:
    assert looks_alike(one, other) == looks_alike(other, one)
    assert not looks_alike(one, one)


@given(ADDRESSES, st.integers(3, 12), st.integers(4, 12))
def test_what_looks_alike_lies_in_the_neighbourhood(known: bytes, first: int, last: int) -> None:
    low, high = neighbourhood(known)
    assert low <= forged(known, first, last) <= high
    assert low <= known <= high


def test_the_ends_that_wallets_show_are_enough() -> None:
    assert looks_alike(bytes.fromhex("28c6" + "00" * 16 + "1d60"), KNOWN)
    assert not looks_alike(bytes.fromhex("28c6" + "00" * 18), KNOWN)
    assert not looks_alike(bytes.fromhex("00" * 18 + "1d60"), KNOWN)
