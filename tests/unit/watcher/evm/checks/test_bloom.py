"""The filter over addresses and topics, beside the sandbox's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.chain import bloom as other
from watcher.evm.checks.bloom import Blooms, bits_of, bloom_in
from watcher.rpc.errors import GarbledAnswer

WORDS = st.binary(min_size=20, max_size=20) | st.binary(min_size=32, max_size=32)


@given(WORDS)
def test_a_word_sets_the_bits_that_ethereum_sets(word: bytes) -> None:
    text = "0x" + word.hex()
    assert bits_of([text]) == {text: other.bits(word)}


@given(st.lists(st.sets(WORDS, max_size=12), max_size=8))
async def test_remembering_words_changes_no_filter(blocks: list[set[bytes]]) -> None:
    small = Blooms(keep=5)
    for words in (*blocks, *blocks):
        expected = 0
        for word in words:
            expected |= other.bits(word)
        assert await small.of({"0x" + word.hex() for word in words}) == expected
        assert len(small._newer) <= 5
        assert len(small._older) <= 5


async def test_many_words_are_hashed_in_slices() -> None:
    words = {"0x" + number.to_bytes(32).hex() for number in range(5000)}
    expected = 0
    for word in words:
        expected |= other.bits(bytes.fromhex(word[2:]))
    assert await Blooms().of(words) == expected


def test_an_address_may_be_written_with_a_checksum() -> None:
    mixed = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
    assert list(bits_of([mixed]).values()) == list(bits_of([mixed.lower()]).values())


@pytest.mark.parametrize(
    "text",
    [
        *["", "0x", "0x12", "0x" + "zz" * 20, "ab" * 21, "0x" + "ab" * 31, "0x" + "AB" * 32],
        *["0x" + "ab " * 19 + "ab", "0X" + "ab" * 20],
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(GarbledAnswer):
        bits_of(["0x" + "12" * 20, text])


@given(st.text(max_size=40) | st.binary(min_size=256, max_size=256).map(lambda b: "0x" + b.hex()))
def test_a_header_s_filter_is_read_or_refused(text: str) -> None:
    try:
        assert bloom_in(text) == int(text, 16)
    except GarbledAnswer:
        assert len(text) != 514
