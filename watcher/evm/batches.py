"""How many blocks are fetched at once: what the nodes take, and what makes answers of good size."""

from __future__ import annotations

AT_FIRST = 20
AT_MOST = 50
GOOD_SIZE = 12 * 1024 * 1024
"""Bytes of all answers of a batch, bodies and contents: larger ones tie up memory and fail in one
piece."""
_MEMORY = 0.8


class Batches:
    """Adapts to the blocks of one chain."""

    def __init__(self) -> None:
        self._bytes_each = GOOD_SIZE / AT_FIRST

    @property
    def size(self) -> int:
        """Blocks to ask for at once."""
        return max(1, min(AT_MOST, int(GOOD_SIZE / self._bytes_each)))

    def failed(self) -> None:
        """No node gave that many: half as many next time."""
        self._bytes_each = min(2 * self._bytes_each, float(GOOD_SIZE))

    def took(self, blocks: int, read: int) -> None:
        """So many blocks came, in so many bytes.

        Blocks that grow count at once, blocks that shrink by and by.
        """
        each = max(read / blocks, 1.0)
        remembered = _MEMORY * self._bytes_each + (1 - _MEMORY) * each
        self._bytes_each = max(each, remembered)
