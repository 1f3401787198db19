"""Root of the Merkle-Patricia trie that maps `rlp(index)` to a block's transactions, receipts or
withdrawals.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_hash.auto import keccak

from sandbox.chain import rlp

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
_EMPTY = rlp.encode(b"")


def ordered_root(values: Sequence[bytes]) -> bytes:
    """The root over `values` in their order; no key is a prefix of another, so no branch holds a
    value.
    """
    if not values:
        return EMPTY_ROOT
    leaves = sorted((_nibbles(rlp.encode(index)), value) for index, value in enumerate(values))
    return keccak(_node(leaves, 0))


def _node(leaves: Sequence[tuple[bytes, bytes]], depth: int) -> bytes:
    if len(leaves) == 1:
        path, value = leaves[0]
        return rlp.encode((_compact(path[depth:], leaf=True), value))
    shared = _shared_length(leaves[0][0], leaves[-1][0], depth)
    if shared:
        path = leaves[0][0][depth : depth + shared]
        below = _reference(_node(leaves, depth + shared))
        return rlp.pack((rlp.encode(_compact(path, leaf=False)), below))
    children = [_EMPTY] * 17
    start = 0
    for end in range(1, len(leaves) + 1):
        if end == len(leaves) or leaves[end][0][depth] != leaves[start][0][depth]:
            children[leaves[start][0][depth]] = _reference(_node(leaves[start:end], depth + 1))
            start = end
    return rlp.pack(children)


def _reference(node: bytes) -> bytes:
    return node if len(node) < 32 else rlp.encode(keccak(node))


def _shared_length(first: bytes, last: bytes, depth: int) -> int:
    shared = 0
    for one, other in zip(first[depth:], last[depth:], strict=False):
        if one != other:
            break
        shared += 1
    return shared


def _nibbles(key: bytes) -> bytes:
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 0x0F))


def _compact(nibbles: bytes, *, leaf: bool) -> bytes:
    flag = 2 if leaf else 0
    path = (bytes((flag + 1,)) if len(nibbles) % 2 else bytes((flag, 0))) + nibbles
    return bytes(high << 4 | low for high, low in zip(path[::2], path[1::2], strict=True))
