"""The server's clock: Unix seconds as a float, injected, so that tests can move it."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]


class ManualClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: float = 1_760_000_000.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves on by `seconds`, which may be a fraction."""
        self._now += seconds
