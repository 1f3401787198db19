"""Between which answers a Chainlink feed can tell the truth: beyond them it stands still at one.

The aggregator behind a proxy has ``minAnswer`` and ``maxAnswer``, fixed when it was made; a proxy
gets another aggregator with another phase, which stands in the upper bits of its rounds' numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.evm.multicall import read_all
from watcher.evm.pools import found

if TYPE_CHECKING:
    from collections.abc import Collection

    from watcher.rpc.pool import Pool

AGGREGATOR = bytes.fromhex("245a7bfc")  # aggregator()
MIN_ANSWER = bytes.fromhex("22adbc78")  # minAnswer()
MAX_ANSWER = bytes.fromhex("70da2f67")  # maxAnswer()
KEPT_FOR = timedelta(days=1)
_MOST_KEPT = 1000

Phase = tuple[bytes, int]
"""A proxy, and the number of its phase."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest answer, where the aggregator tells them."""

    low: int | None
    high: int | None

    def are_reached(self, answer: int) -> bool:
        """Whether the truth may lie beyond this answer."""
        return (self.low is not None and answer <= self.low) or (
            self.high is not None and answer >= self.high
        )


UNKNOWN = Bounds(None, None)


class KnownBounds:
    """The bounds of one chain's feeds, asked for once a day and whenever a phase changes."""

    def __init__(self, pool: Pool, multicall3: bytes, *, within: float) -> None:
        self._pool = pool
        self._multicall3 = multicall3
        self._within = within
        self._known: dict[Phase, tuple[datetime, Bounds]] = {}

    async def of(self, wanted: Collection[Phase], block: str, at: datetime) -> dict[Phase, Bounds]:
        """The bounds at a block that stood at a time. Raises RpcError when nobody answers."""
        due = [phase for phase in wanted if self._is_due(phase, at)]
        if due:
            await self._learn(due, block, at)
        return {phase: self._known[phase][1] for phase in wanted}

    def _is_due(self, phase: Phase, at: datetime) -> bool:
        known = self._known.get(phase)
        return known is None or abs(at - known[0]) > KEPT_FOR

    async def _learn(self, due: list[Phase], block: str, at: datetime) -> None:
        asked = [(proxy, AGGREGATOR) for proxy, _ in due]
        answers = await read_all(self._pool, self._multicall3, asked, block, within=self._within)
        behind = {
            phase: aggregator
            for phase, answer in zip(due, answers, strict=True)
            if (aggregator := found(answer)) is not None
        }
        reads = [
            (one, selector) for one in behind.values() for selector in (MIN_ANSWER, MAX_ANSWER)
        ]
        told = await read_all(self._pool, self._multicall3, reads, block, within=self._within)
        self._known |= dict.fromkeys(due, (at, UNKNOWN))
        for position, phase in enumerate(behind):
            low, high = told[2 * position : 2 * position + 2]
            self._known[phase] = at, Bounds(_answer_in(low), _answer_in(high))
        for phase in list(self._known)[: max(0, len(self._known) - _MOST_KEPT)]:
            del self._known[phase]


def _answer_in(data: bytes | None) -> int | None:
    return None if data is None or len(data) != 32 else int.from_bytes(data, signed=True)
