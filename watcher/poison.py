"""Poison: a block that Spyhop itself cannot work on, through a fault of its own.

It is tried by itself, so that it is known which of a batch it is. When that goes on for too long it
is left out, as a gap, rather than the chain stand still until somebody mends the fault.
"""

from __future__ import annotations

from collections.abc import Callable

PATIENCE = 60.0
LEAST_TRIES = 3
MOST_LEFT_OUT = 64


class Poison:
    """What failed above one chain's cursor, and for how long."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._cursor = -1
        self._last = -1
        self._since = 0.0
        self._tries = 0
        self._left_out = 0
        self.reason = ""

    def note(self, cursor: int, last: int, error: Exception) -> None:
        """Blocks above the cursor, up to ``last``, could not be worked on."""
        if cursor != self._cursor:
            self._cursor, self._since = cursor, self._clock()
            self._tries = self._left_out = 0
        self._tries += 1
        self._last = max(last, self._last)
        self.reason = f"a fault in Spyhop itself: {type(error).__name__}"

    def is_above(self, cursor: int) -> bool:
        """Whether the blocks above the cursor are to be tried one by one."""
        return cursor < self._last

    def to_leave_out(self, cursor: int) -> int:
        """How many blocks above the cursor are to be left out, more each time that this is of no
        use; 0 while they are tried again."""
        if cursor != self._cursor or self._tries < LEAST_TRIES:
            return 0
        if self._clock() - self._since < PATIENCE:
            return 0
        self._left_out = min(2 * self._left_out, MOST_LEFT_OUT) or 1
        return self._left_out
