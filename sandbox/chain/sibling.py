"""A branch of its own beside a chain's, for a node on another fork."""

from __future__ import annotations

from random import Random

from sandbox.chain.block import Block
from sandbox.chain.chain import Chain
from sandbox.chain.hexes import data
from sandbox.chain.ledger import Ledger
from sandbox.chain.sealing import seal


class Sibling:
    """Consistent blocks that part from the chain `depth` blocks below its head.

    They have the first `keep` percent of the transactions that the chain's block of the same number
    has when the sibling reaches it. What happened on the branch stays there, whatever becomes of
    the chain. ValueError if the chain has no block so deep.
    """

    def __init__(self, chain: Chain, depth: int, keep: int = 50) -> None:
        fork = chain.head.number - depth
        if not chain.ledger.lowest <= fork <= chain.head.number:
            raise ValueError(f"the chain has no block {depth} below its head")
        self._chain = chain
        self._keep = keep
        self._ledger = Ledger(chain.head.number - chain.ledger.lowest + 10_000)
        for block in chain.ledger.numbers(chain.ledger.lowest, fork):
            self._ledger.append(block)
        self._rng = Random(f"sibling of {data(self._ledger.head.hash)}")

    @property
    def ledger(self) -> Ledger:
        """The blocks, as many as the chain has now."""
        while self._ledger.head.number < self._chain.head.number:
            self._grow()
        return self._ledger

    def _grow(self) -> None:
        parent = self._ledger.head
        theirs = self._chain.ledger.at(parent.number + 1)
        shared = theirs.transactions if isinstance(theirs, Block) else ()
        kept = shared[: len(shared) * self._keep // 100]
        gap = int(self._chain.spec.block_time * 1000)
        at = theirs.timestamp_ms if theirs else parent.timestamp_ms + gap
        self._ledger.append(
            seal(self._chain.spec, parent, kept, max(at, parent.timestamp_ms), self._rng)
        )
