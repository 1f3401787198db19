"""Recursive-length prefix: the byte form that hashes of headers, transactions and receipts are
taken of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Item: TypeAlias = "bytes | int | Iterable[Item]"

_SHORT = tuple(bytes((0x80 + size,)) for size in range(56))


def encode(item: Item) -> bytes:
    """Encode bytes, non-negative integers (no leading zeros) and nested sequences of them."""
    if isinstance(item, bytes):
        size = len(item)
        if size == 1 and item[0] < 0x80:
            return item
        return (_SHORT[size] if size < 56 else _prefix(0x80, size)) + item
    if isinstance(item, int):
        return encode(item.to_bytes((item.bit_length() + 7) // 8, "big"))
    return pack([encode(part) for part in item])


def pack(parts: Iterable[bytes]) -> bytes:
    """A list whose parts are encoded already."""
    payload = b"".join(parts)
    return _prefix(0xC0, len(payload)) + payload


def _prefix(offset: int, length: int) -> bytes:
    if length < 56:
        return bytes((offset + length,))
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((offset + 55 + len(size),)) + size
