"""Which nodes are behind: those whose head is older than the others', or goes backwards.

Heights are compared with heights, never a node's time with ours: its clock does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from math import ceil

FEWEST_BLOCKS = 3
"""behind, that no node is ejected for however slow the chain is"""
BACKWARD_TIMES = 4
BACKWARD_WITHIN = 60.0
_JITTER = 2.0
"""seconds of blocks that the head of a fast chain may waver"""


def tolerated(seconds: float, block_time: float) -> int:
    """Blocks that a node may be behind."""
    return max(FEWEST_BLOCKS, ceil(seconds / block_time))


def laggards(heads: Mapping[str, int], behind: Collection[str], tolerance: int) -> dict[str, int]:
    """The nodes that lag, and by how many blocks; `heads` were told at the same time.

    Of three nodes and more a single one far ahead counts as little as a single one behind: the
    second best is the measure. Who is `behind` already comes back at half the tolerance."""
    if len(heads) < 2:
        return {}
    best = sorted(heads.values(), reverse=True)[1 if len(heads) > 2 else 0]
    return {
        name: best - head
        for name, head in heads.items()
        if best - head > (tolerance // 2 if name in behind else tolerance)
    }


class Backward:
    """Whether a node's head goes backwards again and again. Seconds are of one clock."""

    def __init__(self, block_time: float) -> None:
        # On a slow chain every block counts; on a fast one a balancer is always a few off.
        self._slack = int(_JITTER / block_time)
        self._highest = -1
        self._highest_at = 0.0
        self._falls: deque[float] = deque(maxlen=BACKWARD_TIMES)

    def saw(self, number: int, asked_at: float, now: float) -> bool:
        """Note a head that was asked for and told; whether it was one fall too many.

        An answer that was only overtaken by a later one is no fall."""
        if number >= self._highest:
            self._highest, self._highest_at = number, now
            return False
        if self._highest - number <= self._slack or asked_at < self._highest_at:
            return False
        self._falls.append(now)
        if len(self._falls) < BACKWARD_TIMES or now - self._falls[0] > BACKWARD_WITHIN:
            return False
        self._falls.clear()
        self._highest = number
        return True
