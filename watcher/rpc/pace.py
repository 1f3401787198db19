"""How long a node usually takes for a kind of call, and so for how long one waits patiently.

The usual is a running mean and a running mean deviation, as TCP keeps them for its timeouts. A call
that was overtaken counts with the time that it was silent: the answer would have taken longer.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from watcher.rpc.options import PoolOptions

NEWEST_WEIGHT = 0.2
DEVIATIONS = 4
"""beyond the mean, as TCP has it: few calls take longer where nothing is wrong"""
WELL_BEYOND = 2
"""times the patience: who is silent for so long is not merely slow"""
KINDS_KEPT = 64
MEANS_SOMETHING_FROM = 5
"""calls of a kind, before nodes are compared by it"""

_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")


class Kind(NamedTuple):
    """Calls that should take about as long; `magnitude` is that of the batch."""

    title: str
    magnitude: int


def kind_of(title: str, size: int) -> Kind:
    """The kind of a call by its title without the numbers in it, and by how much it asks for."""
    return Kind(_NUMBERS.sub("#", title), size.bit_length())


def patience(pace: Pace | None, size: int, options: PoolOptions) -> float:
    """Seconds to wait for a call before the next node is asked as well."""
    scale = 1 + (size - 1) / options.hedge_batch
    if pace is None or not pace.ever_answered:
        return options.hedge_first * scale
    usual = pace.mean + DEVIATIONS * pace.deviation
    return min(max(usual, options.hedge_shortest), options.hedge_longest * scale)


class Pace:
    """One kind of call at one node."""

    __slots__ = (
        "_counted_to",
        "_limit",
        "count",
        "deviation",
        "ever_answered",
        "mean",
        "quiet",
        "seen_at",
    )

    def __init__(self) -> None:
        self.mean = 0.0
        self.deviation = 0.0
        self.count = 0
        self.ever_answered = False
        self.seen_at = 0.0
        self.quiet = 0.0
        """seconds that it was silent in calls that were overtaken, since its last answer"""
        self._counted_to = float("-inf")
        self._limit = 0.0

    def answered(self, seconds: float, now: float) -> None:
        """An answer came, so many seconds after the question."""
        self._learn(seconds, now)
        self.ever_answered = True
        self.quiet = 0.0

    def overtaken(self, begun: float, now: float, patience: float) -> bool:
        """Another node answered first; whether this one had been silent well beyond its usual.

        `patience` is what the call was granted. Silences add up until an answer comes, those of
        calls at the same time only once."""
        if not self.quiet:
            self._limit = WELL_BEYOND * patience
        self.quiet += max(0.0, now - max(begun, self._counted_to))
        self._counted_to = now
        self._learn(max(now - begun, self.mean), now)
        return self.quiet >= self._limit

    def _learn(self, seconds: float, now: float) -> None:
        if self.count == 0:
            self.mean, self.deviation = seconds, seconds / 2
        else:
            off = seconds - self.mean
            self.mean += NEWEST_WEIGHT * off
            self.deviation += NEWEST_WEIGHT * (abs(off) - self.deviation)
        self.count += 1
        self.seen_at = now


class Paces:
    """A node's paces by kind of call; the kinds that were used last."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kinds: OrderedDict[Kind, Pace] = OrderedDict()

    def known(self, kind: Kind) -> Pace | None:
        """The pace of a kind, None while nothing is known of it."""
        return self._kinds.get(kind)

    def of(self, kind: Kind) -> Pace:
        """The pace of a kind, a new one if need be."""
        pace = self._kinds.setdefault(kind, Pace())
        self._kinds.move_to_end(kind)
        if len(self._kinds) > KINDS_KEPT:
            self._kinds.popitem(last=False)
        return pace

    def means(self, within: float) -> Iterator[tuple[Kind, float]]:
        """The mean seconds of each kind that was seen often enough, and in the last seconds."""
        since = self._clock() - within
        for kind, pace in self._kinds.items():
            if pace.count >= MEANS_SOMETHING_FROM and pace.seen_at >= since:
                yield kind, pace.mean
