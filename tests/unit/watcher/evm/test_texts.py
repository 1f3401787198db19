"""Texts are made bytes all at once, and none is misread because of its neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.evm.texts import ADDRESSES, HASHES, PARTIES, Shape
from watcher.evm.wire import BadField, fixed

_HEX = st.binary(min_size=32, max_size=32).map(lambda raw: "0x" + raw.hex())
_ODD = st.one_of(
    _HEX.map(str.upper),
    _HEX.map(lambda text: text.replace("0x", "0X")),
    _HEX.map(lambda text: text[2:]),
    _HEX.map(lambda text: text + "0x"),
    _HEX.map(lambda text: text[:-2]),
    _HEX.map(lambda text: "0x" + text[:-2]),
    _HEX.map(lambda text: text[:-1] + "é"),
    _HEX.map(lambda text: text[:-1] + "x"),
    _HEX.map(lambda text: text[:-2] + "0x"),
    _HEX.map(lambda text: "00" + text[2:]),
    _HEX.map(lambda text: "ax" + text[2:]),
    st.text("0xaF_ -", max_size=70),
    st.just(""),
)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 200])
def test_each_text_is_read_in_its_place(count: int) -> None:
    hashes = [number.to_bytes(32) for number in range(count)]
    texts = ["0x" + raw.hex() for raw in hashes]
    assert HASHES.bytes_of(texts) == hashes
    assert PARTIES.bytes_of(texts) == [raw[12:] for raw in hashes]
    assert ADDRESSES.bytes_of(["0x" + raw[12:].hex() for raw in hashes]) == [
        raw[12:] for raw in hashes
    ]


def test_capital_letters_are_letters() -> None:
    assert ADDRESSES.bytes_of(["0x" + "aB" * 20]) == [b"\xab" * 20]


@given(st.lists(st.one_of(_HEX, _ODD), max_size=8), st.sampled_from([HASHES, PARTIES]))
def test_each_text_is_read_as_if_it_stood_alone(texts: list[str], shape: Shape) -> None:
    found = shape.bytes_of(texts)
    assert len(found) == len(texts)
    for text, read in zip(texts, found, strict=True):
        try:
            exact = fixed(text, 32)
        except BadField:
            exact = b""
        assert read == (exact if shape is HASHES else exact[12:])
