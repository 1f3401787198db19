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
BACKWARD_WITHIN = 120.0
BACKWARD_AFTER = 3.0
"""seconds after which a head that was told must not be undercut"""


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
    """Whether a node's head goes backwards again and again. Seconds are of one clock.

    A fall is a head lower than one that it had told a while before: the nodes behind a balancer are
    never quite as far, and answers overtake one another."""

    def __init__(self) -> None:
        self._settled = -1
        """the highest that was told a while ago"""
        self._recent: deque[tuple[float, int]] = deque()
        """higher ones since, and when they were told"""
        self._falls: deque[float] = deque(maxlen=BACKWARD_TIMES)

    def saw(self, number: int, asked_at: float, now: float) -> bool:
        """Note a head that was asked for and told; whether it was one fall too many."""
        while self._recent and self._recent[0][0] <= asked_at - BACKWARD_AFTER:
            self._settled = self._recent.popleft()[1]
        if number > (self._recent[-1][1] if self._recent else self._settled):
            self._recent.append((now, number))
        if number >= self._settled:
            return False
        self._falls.append(now)
        if len(self._falls) < BACKWARD_TIMES or now - self._falls[0] > BACKWARD_WITHIN:
            return False
        self._falls.clear()
        self._recent.clear()
        self._settled = number
        return True
