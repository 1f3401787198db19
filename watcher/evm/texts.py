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
        self._lengths = {2 + 2 * size}
        # the 0x is read as one more byte in front
        self._width = 1 + size
        self._run = Struct(f"{self._width - kept}x{kept}s" * _RUN)

    def bytes_of(self, texts: Sequence[str]) -> list[bytes]:
        """The wanted bytes of each text that has the shape; those of others mean nothing."""
        if {*map(len, texts)} <= self._lengths:
            try:
                raw = unhexlify("".join(texts).replace("x", "0"))
            except ValueError:
                pass
            else:
                raw += bytes(self._width * (-len(texts) % _RUN))
                found = list(chain.from_iterable(self._run.iter_unpack(raw)))
                del found[len(texts) :]
                return found
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> bytes:
        try:
            return fixed(text, self._size)[-self._kept :]
        except BadField:
            return b""


ADDRESSES, HASHES = Shape(20, 20), Shape(32, 32)
PARTIES = Shape(32, 20)
"""Addresses in topics, whatever they are padded with."""
