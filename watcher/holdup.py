"""A hold-up: blocks that are there, as the nodes' heads tell, and that none of them hands out."""

from __future__ import annotations

from collections.abc import Callable

from watcher.rpc.errors import AllNodesFailed, NoCapableNode

LEAST_SECONDS = 60.0
LEAST_ROUNDS = 3
MOST_CHARACTERS = 300
"""Of a reason: it is the same for every node, as a rule."""


class HoldUp:
    """How long the chain has stood still before one block, and how often it was asked for."""

    def __init__(self, block_time: float, clock: Callable[[], float]) -> None:
        self._bound = max(LEAST_SECONDS, 10 * block_time)
        self._clock = clock
        self._since: float | None = None
        self._rounds = 0
        self._hopeless = False
        self.given_up = 0
        """how many blocks are to be left out although they can be had"""
        self.reason: str | None = None

    def note(self, error: AllNodesFailed) -> None:
        """All nodes failed once more. Where none can do it, there is nothing to wait for."""
        if self._since is None:
            self._since = self._clock()
        self._rounds += 1
        self._hopeless = isinstance(error, NoCapableNode)
        self.reason = str(error)[:MOST_CHARACTERS]

    def give_up(self, blocks: int, reason: str) -> None:
        """So many blocks can be had, and are of no use."""
        self.given_up, self.reason = blocks, reason

    def over(self) -> None:
        """It went on."""
        self._since, self._rounds, self.reason = None, 0, None
        self._hopeless, self.given_up = False, 0

    @property
    def is_long(self) -> bool:
        """Whether it is time to go on without the block."""
        return self._hopeless or (
            self._since is not None
            and self._rounds >= LEAST_ROUNDS
            and self._clock() - self._since >= self._bound
        )
