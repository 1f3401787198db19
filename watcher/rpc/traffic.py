"""Bytes received in the last 24 hours, by the hour."""

from __future__ import annotations

from collections import deque
from math import floor

_HOUR = 3600.0
_DAY = 24
_SHORTEST = 60.0
"""seconds that are projected from: less would say anything"""


class Traffic:
    """`begun` and every `now` are monotonic seconds."""

    def __init__(self, begun: float) -> None:
        self._begun = begun
        self._hours: deque[tuple[int, int]] = deque(maxlen=_DAY + 1)

    def received(self, size: int, now: float) -> None:
        """So many bytes came."""
        hour = floor(now / _HOUR)
        if self._hours and self._hours[-1][0] >= hour:
            hour, before = self._hours.pop()
            size += before
        self._hours.append((hour, size))

    def per_day(self, now: float) -> int:
        """Of the last 24 hours; while there are fewer, as it would be in 24."""
        hour, into = divmod(now / _HOUR, 1.0)
        oldest = hour - _DAY
        # of the oldest hour only the part that is less than a day ago
        total = sum(
            size * (1.0 - into if number == oldest else 1.0)
            for number, size in self._hours
            if number >= oldest
        )
        age = max(now - self._begun, _SHORTEST)
        return round(total * max(1.0, _DAY * _HOUR / age))
