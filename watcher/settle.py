"""Settle: how far a chain is safe and finalized, as far as our own branch is."""

from __future__ import annotations

from data.model import Settled

_STEPS_TO_RIPEN = 2
"""What follows is fetched ahead by one batch: only the blocks of the second step after nodes
told of a safe height were surely fetched later, and so stand on the branch that became safe."""


class Settling:
    """What the nodes told, held back until it is true of the cursor's branch.

    ``known`` is what the database has.
    """

    def __init__(self, known: Settled) -> None:
        self.known = known
        self._told: Settled | None = None
        self._steps = 0

    def tell(self, settled: Settled) -> None:
        """The nodes say so now; passed over while the last word ripens, for it comes again."""
        if self._told is None or self._steps >= _STEPS_TO_RIPEN:
            self._told, self._steps = settled, 0

    def ripe(self, height: int) -> Settled | None:
        """What is to be written with a step that ends at a height; None if it is nothing new."""
        if self._told is None:
            return None
        self._steps += 1
        if self._steps < _STEPS_TO_RIPEN:
            return None
        settled = Settled(_capped(self._told.safe, height), _capped(self._told.finalized, height))
        is_new = _above(settled.safe, self.known.safe) or _above(
            settled.finalized, self.known.finalized
        )
        return settled if is_new else None

    def written(self, settled: Settled) -> None:
        """It was committed."""
        self.known = Settled(
            _higher(settled.safe, self.known.safe), _higher(settled.finalized, self.known.finalized)
        )


def _capped(height: int | None, at: int) -> int | None:
    return None if height is None else min(height, at)


def _above(height: int | None, known: int | None) -> bool:
    return height is not None and (known is None or height > known)


def _higher(height: int | None, known: int | None) -> int | None:
    return height if _above(height, known) else known
