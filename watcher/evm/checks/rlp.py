"""Recursive-length prefix: the bytes that Ethereum's hashes are taken of (Yellow Paper, B)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST_LONG = 56


def text(raw: bytes) -> bytes:
    """Bytes, encoded."""
    if len(raw) == 1 and raw[0] < 0x80:
        return raw
    return _headed(0x80, raw)


def number(value: int) -> bytes:
    """A number that is not negative, encoded: no leading zeros, nothing at all for zero."""
    return text(value.to_bytes((value.bit_length() + 7) // 8))


def row(parts: Iterable[bytes]) -> bytes:
    """A list of parts that are encoded already."""
    return _headed(0xC0, b"".join(parts))


def _headed(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < _SHORTEST_LONG:
        return bytes((kind + size,)) + payload
    told = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((kind + _SHORTEST_LONG - 1 + len(told),)) + told + payload
