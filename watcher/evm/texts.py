"""Many hex texts of one shape at once: a block has hundreds of topics and hashes."""

from __future__ import annotations

from binascii import unhexlify
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING

from watcher.evm.wire import BadField, fixed

if TYPE_CHECKING:
    from collections.abc import Sequence

_RUN = 64
"""Texts that are cut apart together."""


class Shape:
    """Hex texts that stand for ``size`` bytes, of which the last ``kept`` are wanted."""

    def __init__(self, size: int, kept: int) -> None:
        self._size, self._kept = size, kept
        self._length = 2 + 2 * size
        # the 0x is read as one more byte in front
        self._width = 1 + size
        self._run = Struct(f"{self._width - kept}x{kept}s" * _RUN)

    def bytes_of(self, texts: Sequence[str]) -> list[bytes]:
        """The wanted bytes of each text, none of one that does not have the shape."""
        raw = self._together(texts)
        if raw is None:
            return [self._one(text) for text in texts]
        raw += bytes(self._width * (-len(texts) % _RUN))
        found = list(chain.from_iterable(self._run.iter_unpack(raw)))
        del found[len(texts) :]
        return found

    def _together(self, texts: Sequence[str]) -> bytes | None:
        """What all of them stand for, each with a byte in front; None if one lacks the shape."""
        count, length = len(texts), self._length
        if not {*map(len, texts)} <= {length}:
            return None
        joined = "".join(texts)
        if joined[::length] != "0" * count or joined[1::length] != "x" * count:
            return None
        try:
            # where there is one x more, the last is left, and is no digit
            return unhexlify(joined.replace("x", "0", count))
        except ValueError:
            return None

    def _one(self, text: str) -> bytes:
        try:
            return fixed(text, self._size)[-self._kept :]
        except BadField:
            return b""


ADDRESSES, HASHES = Shape(20, 20), Shape(32, 32)
PARTIES = Shape(32, 20)
"""Addresses in topics, whatever they are padded with."""
