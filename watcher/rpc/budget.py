"""How many calls a node may be asked in a second, a minute, a day: `25/s`, `100000/day`.

Four fifths of each are for every day. The last fifth is kept for when others fail or are slow, and
beyond the whole nothing is sent. The windows slide, in twentieths of their length, and what is at
the edge counts: so no stretch of that length ever sees more.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

USED_TO = 0.8
_SLICES = 20
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}
_ALLOWANCE = re.compile(r"([1-9][0-9]{0,9})/(s|min|h|day)")


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many calls in so many seconds."""

    calls: int
    seconds: float

    @property
    def for_every_day(self) -> int:
        """Calls before the kept fifth is touched, at least one."""
        return max(1, floor(self.calls * USED_TO))


def read_allowances(text: str) -> tuple[Allowance, ...]:
    """`25/s;100000/day` as values; none for an empty text.

    Raises ValueError, without quoting the text: somebody's key may stand in it."""
    if not text:
        return ()
    allowances = []
    for part in text.split(";"):
        match = _ALLOWANCE.fullmatch(part.strip())
        if match is None:
            raise ValueError(
                "what follows the # of a node's URL must be its budget of calls,"
                " as in #25/s or #300/min;100000/day (s, min, h, day)"
            )
        allowances.append(Allowance(int(match[1]), _SECONDS[match[2]]))
    return tuple(allowances)


class Budget:
    """A node's allowances and what was used of them. `clock` is monotonic seconds."""

    def __init__(self, allowances: Sequence[Allowance], clock: Callable[[], float]) -> None:
        self._windows = tuple(_Window(allowance) for allowance in allowances)
        self._clock = clock
        self.largest = min((a.for_every_day for a in allowances), default=None)
        """calls that may be sent at once; None: any number"""

    def has_room(self, calls: int) -> bool:
        """Whether so many leave the kept fifth alone."""
        now = self._clock()
        return all(w.used(now) + calls <= w.allowance.for_every_day for w in self._windows)

    def wait(self, calls: int) -> float:
        """Seconds until so many, at most `largest`, may be sent at all; 0 if now."""
        now = self._clock()
        return max((window.wait(calls, now) for window in self._windows), default=0.0)

    def spend(self, calls: int) -> None:
        """So many are sent now."""
        now = self._clock()
        for window in self._windows:
            window.spend(calls, now)


class _Window:
    """One allowance: calls by slices of its time, oldest first."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._slice = allowance.seconds / _SLICES
        self._spent: deque[tuple[int, int]] = deque()
        self._total = 0

    def used(self, now: float) -> int:
        oldest = floor(now / self._slice) - _SLICES
        while self._spent and self._spent[0][0] < oldest:
            self._total -= self._spent.popleft()[1]
        return self._total

    def wait(self, calls: int, now: float) -> float:
        excess = self.used(now) + calls - self.allowance.calls
        if excess <= 0:
            return 0.0
        for number, spent in self._spent:
            excess -= spent
            if excess <= 0:
                # a little more, for a division that falls just short of the next slice
                gone_at = (number + _SLICES + 1) * self._slice + self._slice / 1000
                return max(gone_at - now, self._slice / 1000)
        return self.allowance.seconds

    def spend(self, calls: int, now: float) -> None:
        number = floor(now / self._slice)
        if self._spent and self._spent[-1][0] >= number:
            number, before = self._spent.pop()
            self._spent.append((number, before + calls))
        else:
            self._spent.append((number, calls))
        self._total += calls
