"""How many calls a node takes in one request, learnt from what it refused."""

from __future__ import annotations

from dataclasses import dataclass

TRIED_AGAIN_AFTER = 64
"""full batches, after which a larger one is tried: a limit on bytes depends on the blocks"""


@dataclass(slots=True)
class BatchSize:
    """`limit` is None as long as nothing was refused."""

    limit: int | None = None
    _good: int = 0

    def refused(self, size: int) -> None:
        """So many were too many."""
        self.limit = max(1, size // 2)
        self._good = 0

    def worked(self, size: int) -> None:
        """So many were answered."""
        if self.limit is None or size < self.limit:
            return
        self._good += 1
        if self._good >= TRIED_AGAIN_AFTER:
            self.limit, self._good = 2 * self.limit, 0
