"""RLP and trie roots against the libraries that define them, and a header against mainnet."""

from __future__ import annotations

import rlp as reference_rlp
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from sandbox.chain import rlp
from sandbox.chain.trie import EMPTY_ROOT, ordered_root

nested = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=20
)


@given(nested)
def test_rlp_is_what_the_reference_makes_of_the_same_item(item):
    assert rlp.encode(item) == reference_rlp.encode(item)


@given(st.integers(min_value=0, max_value=2**256))
def test_rlp_of_a_number_has_no_leading_zeros(number):
    assert rlp.encode(number) == reference_rlp.encode(number)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=300))
def test_ordered_root_is_the_tries_root(values):
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[reference_rlp.encode(index)] = value

    assert ordered_root(values) == trie.root_hash


def test_root_of_nothing_is_the_empty_root():
    assert ordered_root([]) == EMPTY_ROOT == HexaryTrie({}).root_hash


def test_a_mainnet_headers_hash_comes_out():
    # given the header of Ethereum block 1,000,000
    words = [
        bytes.fromhex("b4fbadf8ea452b139718e2700dc1135cfc81145031c84b7ab27cd710394f7b38"),
        bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"),
        bytes.fromhex("2a65aca4d5fc5b5c859090a6c34d164135398226"),
        bytes.fromhex("0e066f3c2297a5cb300593052617d1bca5946f0caa0635fdb1b85ac7e5236f34"),
        bytes.fromhex("65ba887fcb0826f616d01f736c1d2d677bcabde2f7fc25aa91cfbc0b3bad5cb3"),
        bytes.fromhex("20e3534540caf16378e6e86a2bf1236d9f876d3218fbc03958e6db1c634b2333"),
        sum(1 << bit for bit in (70, 864, 1311, 1738, 1811, 1907)).to_bytes(256, "big"),
    ]
    numbers = [0xB69DE81A22B, 1_000_000, 0x2FEFD8, 0xC444, 0x56BFB415]
    rest = [
        bytes.fromhex("d783010303844765746887676f312e352e31856c696e7578"),
        bytes.fromhex("92c4129a0ae2361b452a9edeece55c12eceeab866316195e3d87fc1b005b6645"),
        bytes.fromhex("cd4c55b941cf9015"),
    ]

    # when
    computed = keccak(rlp.encode((*words, *numbers, *rest)))

    # then
    known = "8e38b4dbf6b11fcc3b9dee84fb7986e29ca0a02cecd8977c161ff7333329681e"
    assert computed.hex() == known
