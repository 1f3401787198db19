"""The root of the Merkle-Patricia trie over a list, by ``rlp(index)`` (Yellow Paper, D).

The whole list is at hand, so that no trie has to be kept and changed: leaves in the order of
their paths are cut where paths part. No path is the beginning of another, so that no branch holds
a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.checks import rlp
from watcher.evm.checks.slices import others_turn
from watcher.evm.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Leaf = tuple[str, bytes]
"""A path in hex, a nibble a letter, and the value at its end."""

EMPTY_ROOT = keccak(rlp.text(b""))
_NOTHING = rlp.text(b"")
_AT_ONCE = 250
"""Leaves under one node that are hashed without letting others work in between."""


async def ordered_root(values: Sequence[bytes]) -> bytes:
    """The root over the values in their order."""
    if not values:
        return EMPTY_ROOT
    leaves = sorted((rlp.number(index).hex(), value) for index, value in enumerate(values))
    return keccak(await _large_node(leaves, 0))


async def _large_node(leaves: Sequence[Leaf], depth: int) -> bytes:
    if len(leaves) <= _AT_ONCE:
        await others_turn()
        return _node(leaves, depth)
    shared = _shared(leaves, depth)
    if shared:
        return _extension(leaves, depth, shared, await _large_node(leaves, depth + shared))
    children = [_NOTHING] * 17
    for nibble, below in _parted(leaves, depth):
        children[nibble] = _reference(await _large_node(below, depth + 1))
    return rlp.row(children)


def _node(leaves: Sequence[Leaf], depth: int) -> bytes:
    if len(leaves) == 1:
        path, value = leaves[0]
        return rlp.row((rlp.text(_compact(path[depth:], leaf=True)), rlp.text(value)))
    shared = _shared(leaves, depth)
    if shared:
        return _extension(leaves, depth, shared, _node(leaves, depth + shared))
    children = [_NOTHING] * 17
    for nibble, below in _parted(leaves, depth):
        children[nibble] = _reference(_node(below, depth + 1))
    return rlp.row(children)


def _extension(leaves: Sequence[Leaf], depth: int, shared: int, below: bytes) -> bytes:
    path = leaves[0][0][depth : depth + shared]
    return rlp.row((rlp.text(_compact(path, leaf=False)), _reference(below)))


def _parted(leaves: Sequence[Leaf], depth: int) -> Iterator[tuple[int, Sequence[Leaf]]]:
    start = 0
    for end in range(1, len(leaves) + 1):
        if end == len(leaves) or leaves[end][0][depth] != leaves[start][0][depth]:
            yield int(leaves[start][0][depth], 16), leaves[start:end]
            start = end


def _shared(leaves: Sequence[Leaf], depth: int) -> int:
    """Nibbles that all paths have in common; they are sorted, so the outermost two tell."""
    first, last = leaves[0][0], leaves[-1][0]
    length = 0
    for one, other in zip(first[depth:], last[depth:], strict=False):
        if one != other:
            break
        length += 1
    return length


def _reference(node: bytes) -> bytes:
    return node if len(node) < 32 else rlp.text(keccak(node))


def _compact(path: str, *, leaf: bool) -> bytes:
    flag = 2 if leaf else 0
    return bytes.fromhex(f"{flag + 1}{path}" if len(path) % 2 else f"{flag}0{path}")
