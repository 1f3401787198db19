"""Tries and receipts, beside other people's encodings of them."""

from __future__ import annotations

import pytest
import rlp as their_rlp
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from watcher.evm.checks import rlp
from watcher.evm.checks.bloom import Blooms
from watcher.evm.checks.receipts_root import receipts_root
from watcher.evm.checks.trie import EMPTY_ROOT, ordered_root
from watcher.evm.wire import RpcReceipt
from watcher.rpc.errors import GarbledAnswer

NESTED = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=5))


def ours(item) -> bytes:
    return rlp.text(item) if isinstance(item, bytes) else rlp.row(map(ours, item))


def their_root(values: list[bytes]) -> bytes:
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[their_rlp.encode(index)] = value
    return trie.root_hash


@given(NESTED)
def test_bytes_are_encoded_as_the_library_encodes_them(item) -> None:
    assert ours(item) == their_rlp.encode(item)


@given(st.integers(0, 2**256 - 1))
def test_numbers_are_encoded_as_the_library_encodes_them(number: int) -> None:
    assert rlp.number(number) == their_rlp.encode(number)


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=40))
async def test_the_root_is_the_library_s(values: list[bytes]) -> None:
    assert await ordered_root(values) == their_root(values)


@pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 255, 256, 257, 700])
async def test_the_root_is_right_wherever_keys_grow_longer(count: int) -> None:
    values = [number.to_bytes(4) * 9 for number in range(count)]
    assert await ordered_root(values) == their_root(values)
    assert count or await ordered_root([]) == EMPTY_ROOT


NOTHING = bytes(256)


def receipt(**fields) -> RpcReceipt:
    return RpcReceipt("0x", "0x", [], cumulative_gas_used="0x5208", **fields)


ROOT = "0x" + "17" * 32


@pytest.mark.parametrize(
    ("told", "nonces", "encoded"),
    [
        (receipt(status="0x1"), False, their_rlp.encode([1, 21000, NOTHING, []])),
        (receipt(status="0x0", type="0x0"), False, their_rlp.encode([0, 21000, NOTHING, []])),
        (receipt(root=ROOT), False, their_rlp.encode([b"\x17" * 32, 21000, NOTHING, []])),
        *(
            (
                receipt(status="0x1", type=kind),
                True,
                prefix + their_rlp.encode([1, 21000, NOTHING, []]),
            )
            for kind, prefix in [
                ("0x1", b"\x01"),
                ("0x2", b"\x02"),
                ("0x3", b"\x03"),
                ("0x4", b"\x04"),
                ("0x6a", b"\x6a"),
                ("0x7e", b"\x7e"),
                ("0x7f", b"\x7f"),
            ]
        ),
        (
            receipt(status="0x1", type="0x7e", deposit_nonce="0x9", deposit_receipt_version="0x1"),
            True,
            b"\x7e" + their_rlp.encode([1, 21000, NOTHING, [], 9, 1]),
        ),
        (
            receipt(status="0x1", type="0x7e", deposit_nonce="0x9", deposit_receipt_version="0x1"),
            False,
            b"\x7e" + their_rlp.encode([1, 21000, NOTHING, []]),
        ),
    ],
)
async def test_each_kind_of_receipt_has_its_form(told, nonces, encoded) -> None:
    root = await receipts_root([told], Blooms(), deposit_nonces=nonces)
    assert root == their_root([encoded])


@pytest.mark.parametrize(
    "told",
    [
        receipt(),
        receipt(status="yes"),
        receipt(root="0x17"),
        receipt(status="0x1", type="0x80"),
        receipt(status="0x1", type="0x7e", deposit_receipt_version="0x1"),
        RpcReceipt("0x", "0x", [], status="0x1"),
    ],
)
async def test_what_cannot_be_encoded_is_refused(told: RpcReceipt) -> None:
    with pytest.raises(GarbledAnswer):
        await receipts_root([told], Blooms(), deposit_nonces=True)
