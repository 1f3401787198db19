"""Which blocks there are, which of them are canonical, and where a transaction is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from sandbox.chain.block import Block
from sandbox.chain.recorded import RecordedBlock

AnyBlock: TypeAlias = Block | RecordedBlock


class Ledger:
    """The canonical branch by number, every known block by hash; keeps the last `keep` numbers."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._by_hash: dict[bytes, AnyBlock] = {}
        self._canonical: dict[int, AnyBlock] = {}
        self._places: dict[bytes, tuple[bytes, int]] = {}
        self._orphans: list[AnyBlock] = []
        self._lowest = 0
        self._head: AnyBlock | None = None

    @property
    def head(self) -> AnyBlock:
        """The newest block; a ledger without one is not served."""
        if self._head is None:
            raise LookupError("the chain has no block yet")
        return self._head

    @property
    def lowest(self) -> int:
        """The oldest number that is still kept."""
        return self._lowest

    def at(self, number: int) -> AnyBlock | None:
        """The canonical block of that number."""
        return self._canonical.get(number)

    def known(self, block_hash: bytes) -> AnyBlock | None:
        """A block of whatever branch."""
        return self._by_hash.get(block_hash)

    def is_canonical(self, block: AnyBlock) -> bool:
        """False for orphans."""
        return self._canonical.get(block.number) is block

    def orphan_at(self, number: int) -> AnyBlock | None:
        """The block of that number that was abandoned last, if there is one."""
        return next((block for block in reversed(self._orphans) if block.number == number), None)

    def place(self, transaction_hash: bytes) -> tuple[AnyBlock, int] | None:
        """The canonical block of a transaction and its index there."""
        place = self._places.get(transaction_hash)
        return (self._by_hash[place[0]], place[1]) if place else None

    def branch(self, depth: int) -> list[AnyBlock]:
        """The last `depth` blocks, oldest first; ValueError if there are fewer."""
        kept = self.head.number - self._lowest + 1
        if not 1 <= depth <= kept:
            raise ValueError(f"a branch of {depth} blocks: the chain has 1 to {kept}")
        first = self.head.number - depth + 1
        return [self._canonical[number] for number in range(first, self.head.number + 1)]

    def numbers(self, first: int, last: int) -> Iterator[AnyBlock]:
        """The canonical blocks from `first` to `last`, as far as they are there."""
        for number in range(max(first, self._lowest), min(last, self.head.number) + 1):
            yield self._canonical[number]

    def append(self, block: AnyBlock) -> None:
        """`block` is the new head."""
        if self._head is None:
            self._lowest = block.number
        self._head = block
        self._by_hash[block.hash] = block
        self._canonical[block.number] = block
        for index, transaction_hash in enumerate(block.transaction_hashes):
            self._places[transaction_hash] = (block.hash, index)
        while block.number - self._lowest >= self._keep:
            self._forget(self._canonical.pop(self._lowest))
            self._lowest += 1
        while self._orphans and self._orphans[0].number < self._lowest:
            self._by_hash.pop(self._orphans.pop(0).hash, None)

    def detach(self, depth: int) -> list[AnyBlock]:
        """Make the last `depth` blocks orphans; they stay known by their hashes. Oldest first."""
        orphans = self.branch(depth)
        if orphans[0].number == self._lowest:
            raise ValueError("the oldest block stays: a new branch needs a parent")
        for block in orphans:
            del self._canonical[block.number]
            for transaction_hash in block.transaction_hashes:
                self._places.pop(transaction_hash, None)
        self._orphans.extend(orphans)
        self._head = self._canonical[orphans[0].number - 1]
        return orphans

    def clear(self) -> None:
        """Forget everything."""
        self._by_hash.clear()
        self._canonical.clear()
        self._places.clear()
        self._orphans.clear()
        self._head = None

    def _forget(self, block: AnyBlock) -> None:
        self._by_hash.pop(block.hash, None)
        for transaction_hash in block.transaction_hashes:
            self._places.pop(transaction_hash, None)
