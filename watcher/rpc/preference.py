"""Which node is asked first: the healthy, the fast, the cheap.

The configured order is the operator's wish, the cheap ones first. A node that fails or is slow
loses its place to a later one, and has it again when it is well. All of it is measured in one unit,
the seconds that a call is expected to cost; and places change only for a clear difference, so that
consecutive answers come from one node's view of the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from watcher.rpc.pace import Kind

PLACE = 0.3
"""seconds by which a node must be better than the one configured before it to count as good"""
FAILURE = 2.0
"""seconds that a failed call costs"""
CLEAR = 0.2
"""seconds of difference for which two nodes change places; less than a place is worth, or a node
would never have its own again"""
LONGEST_EXCESS = 5.0

NEWEST_WEIGHT = 0.2
HALF_LIFE = 60.0
"""seconds after which a fault weighs half"""

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Merits:
    """What is known of a node. `place` is where it is configured, from 0; `excess` the seconds that
    it is slower than the fastest, in the kind of call where that is the most; `failing` the share
    of its recent calls that failed, from 0 to 1."""

    place: int
    excess: float = 0.0
    failing: float = 0.0


def score(merits: Merits) -> float:
    """Expected seconds, the smaller the better: a sum of three, none of them below zero."""
    slow = min(max(merits.excess, 0.0), LONGEST_EXCESS)
    return merits.place * PLACE + slow + merits.failing * FAILURE


def arranged(order: Sequence[Name], scores: Mapping[Name, float]) -> tuple[Name, ...]:
    """The order in which nobody stands behind a neighbour who is clearly worse.

    With differences that are not clear, the order stays as it was."""
    arranged: list[Name] = []
    for name in order:
        at = len(arranged)
        while at and scores[arranged[at - 1]] > scores[name] + CLEAR:
            at -= 1
        arranged.insert(at, name)
    return tuple(arranged)


def excesses(means: Mapping[Name, Mapping[Kind, float]]) -> dict[Name, float]:
    """For each node how many seconds it is behind the fastest, where it is the furthest behind.

    Compared are only kinds of call that both know: who was not asked is not slow."""
    fastest: dict[Kind, float] = {}
    for by_kind in means.values():
        for kind, mean in by_kind.items():
            fastest[kind] = min(mean, fastest.get(kind, mean))
    return {
        name: max((mean - fastest[kind] for kind, mean in by_kind.items()), default=0.0)
        for name, by_kind in means.items()
    }


class Failing:
    """The share of a node's recent calls that failed, forgotten with time."""

    def __init__(self) -> None:
        self._share = 0.0
        self._at = 0.0

    def at(self, now: float) -> float:
        """The share, from 0 to 1."""
        return float(self._share * 0.5 ** (max(0.0, now - self._at) / HALF_LIFE))

    def note(self, outcome: float, now: float) -> None:
        """A call ended: 1 for a fault, 0 for an answer, something between for a slow one."""
        share = self.at(now)
        self._share, self._at = share + NEWEST_WEIGHT * (outcome - share), now

    def forget(self) -> None:
        """Begin anew: the breaker has taken over."""
        self._share = 0.0
