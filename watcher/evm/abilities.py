"""What each node of a chain can do: learnt from what it answers, and forgotten after an hour.

Nothing is assumed. A node's refusal is remembered, so that it is not asked in vain with every
block, and for a while only, so that a node that has learnt is found out.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from watcher.rpc.snapshot import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watcher.rpc.snapshot import NodeSnapshot

AGAIN_AFTER = 3600.0
STRIKES = 3
"""Refusals in a row that may be a passing trouble, until they count as inability for a while."""
STRUCK_FOR = 60.0
"""Seconds."""
LARGEST_BATCH = 50


class Ability(Enum):
    """A thing that some nodes do and some do not."""

    RECEIPTS = "eth_getBlockReceipts by block hash"
    LOGS = "eth_getLogs by block hash, of all logs"
    FILTERED = "eth_getLogs by block hash, of chosen topics"
    SINGLE_RECEIPTS = "eth_getTransactionReceipt"
    SAFE = "the tag safe"
    FINALIZED = "the tag finalized"
    GETH_TRACES = "debug_traceBlockByHash"
    PARITY_TRACES = "trace_block"


class Plan(StrEnum):
    """How a node's blocks are had, the best first."""

    RECEIPTS = "receipts"
    LOGS = "logs"
    FILTERED = "filtered logs"
    HEADS = "heads only"


_PLANS = {
    Plan.RECEIPTS: Ability.RECEIPTS,
    Plan.LOGS: Ability.LOGS,
    Plan.FILTERED: Ability.FILTERED,
}


@dataclass(slots=True)
class _Node:
    """``has`` and ``lacks`` hold until a time on the clock."""

    has: dict[Ability, float] = field(default_factory=dict)
    lacks: dict[Ability, float] = field(default_factory=dict)
    strikes: defaultdict[Ability, int] = field(default_factory=lambda: defaultdict(int))
    batch: int = LARGEST_BATCH
    batch_until: float = 0.0


class Abilities:
    """The nodes of one chain, by public name. ``clock`` is monotonic seconds."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, again_after: float = AGAIN_AFTER
    ) -> None:
        self._clock = clock
        self._again_after = again_after
        self._nodes: defaultdict[str, _Node] = defaultdict(_Node)
        self._hopeless_since: float | None = None

    def may(self, node: str, ability: Ability) -> bool:
        """Whether it is worth asking: nothing says that the node cannot."""
        return self._nodes[node].lacks.get(ability, 0.0) <= self._clock()

    def can(self, node: str, ability: Ability) -> bool:
        """Whether it has been seen doing it, not too long ago."""
        return self._nodes[node].has.get(ability, 0.0) > self._clock()

    def knows(self, node: str, ability: Ability) -> bool:
        """Whether it is known to be able or unable."""
        return self.can(node, ability) or not self.may(node, ability)

    def did(self, node: str, ability: Ability) -> None:
        """It did."""
        known = self._nodes[node]
        known.has[ability] = self._clock() + self._again_after
        known.lacks.pop(ability, None)
        known.strikes.pop(ability, None)

    def cannot(self, node: str, ability: Ability, again_after: float | None = None) -> None:
        """It said that it cannot; in so many seconds it may be asked again."""
        known = self._nodes[node]
        after = self._again_after if again_after is None else again_after
        known.lacks[ability] = self._clock() + after
        known.has.pop(ability, None)
        known.strikes.pop(ability, None)

    def refused(self, node: str, ability: Ability) -> None:
        """It did not, for a reason that may pass; if that goes on, it counts as unable."""
        known = self._nodes[node]
        known.strikes[ability] += 1
        if known.strikes[ability] >= STRIKES:
            self.cannot(node, ability, min(STRUCK_FOR, self._again_after))

    def keep_up(self, nodes: Iterable[NodeSnapshot]) -> None:
        """Forget what was known of nodes that were set aside: they may come back as others."""
        for node in nodes:
            if node.state in (Standing.OPEN, Standing.QUARANTINED):
                self._nodes.pop(node.name, None)

    def batch(self, node: str) -> int:
        """How many calls it takes in one request, as far as is known."""
        known = self._nodes[node]
        return known.batch if known.batch_until > self._clock() else LARGEST_BATCH

    def refused_batch(self, node: str, size: int, again_after: float | None = None) -> None:
        """It would not take so many calls at once; in so many seconds it may be asked again."""
        known = self._nodes[node]
        known.batch = max(1, size // 2)
        after = self._again_after if again_after is None else again_after
        known.batch_until = max(known.batch_until, self._clock() + after)

    def plan(self, node: str) -> Plan | None:
        """How its blocks are had; None while nobody has tried."""
        for plan, ability in _PLANS.items():
            if self.can(node, ability):
                return plan
        return Plan.HEADS if self._best(node) is Plan.HEADS else None

    def rank(self, node: str) -> int:
        """The lower, the better the way in which its blocks can be had."""
        return list(Plan).index(self._best(node))

    def heads_only(self, nodes: Iterable[str]) -> bool:
        """Whether blocks can be had from none of the nodes."""
        return all(self._best(node) is Plan.HEADS for node in nodes)

    def hopeless(self, nodes: Iterable[str]) -> bool:
        """As ``heads_only``; but a chain is not left unseen for long because of what its nodes
        once said: every minute they are asked again."""
        if not self.heads_only(nodes):
            self._hopeless_since = None
            return False
        now = self._clock()
        if self._hopeless_since is None:
            self._hopeless_since = now
        if now - self._hopeless_since < STRUCK_FOR:
            return True
        self._nodes.clear()
        self._hopeless_since = None
        return False

    def _best(self, node: str) -> Plan:
        for plan, ability in _PLANS.items():
            if self.may(node, ability):
                return plan
        return Plan.HEADS
