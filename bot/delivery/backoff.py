"""How long to keep away from what just failed; knows no clock and no I/O."""

from __future__ import annotations

from collections.abc import Hashable


class Backoff:
    """Doubles from ``first`` to ``longest`` seconds with every failure in a row of one key."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._in_a_row: dict[Hashable, int] = {}

    def failed(self, key: Hashable) -> float:
        """Note a failure; the seconds to wait."""
        before = self._in_a_row.get(key, 0)
        self._in_a_row[key] = min(before + 1, 30)
        return min(self._first * 2.0**before, self._longest)

    def succeeded(self, key: Hashable) -> None:
        """Start from the first again."""
        self._in_a_row.pop(key, None)
