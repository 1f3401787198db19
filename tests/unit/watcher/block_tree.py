"""Blocks in memory, with reorgs, behind nodes that lag, fail and lie; and a clock that obeys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from data.model import BlockRef, Settled, Transaction
from watcher.enrich import moved_tokens
from watcher.rpc.errors import AllNodesFailed

START = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TreeBlock:
    ref: BlockRef
    moved: tuple[Transaction, ...] = ()
    doubt: str | None = None
    missing: str | None = None

    async def glance(self) -> TreeGlance:
        return TreeGlance(self.moved)

    def hashes(self) -> list[bytes]:
        return [found.hash for found in self.moved]

    def transaction(self, index: int) -> Transaction:
        return self.moved[index]

    def transactions(self) -> tuple[Transaction, ...]:
        return self.moved


@dataclass(frozen=True, slots=True)
class TreeGlance:
    """Sees exactly what there is."""

    moved: tuple[Transaction, ...]

    @property
    def tokens(self) -> set[bytes]:
        return moved_tokens(self.moved)

    def parties(self) -> set[bytes]:
        return {
            party for one in self.moved for t in one.transfers for party in (t.sender, t.recipient)
        }

    def touching(self, addresses: Collection[bytes]) -> set[int]:
        return {
            place
            for place, one in enumerate(self.moved)
            if any(t.sender in addresses or t.recipient in addresses for t in one.transfers)
        }

    def weights(self, rates: Mapping[bytes | None, int]) -> list[int]:
        return [sum(rates.get(t.token, 0) * t.amount for t in one.transfers) for one in self.moved]


class VirtualTime:
    """Passes only in sleep."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.seconds += seconds


class BlockTree:
    """A BlockSource. The canonical chain begins at ``lowest``; orphans stay known by hash.

    No node hands out the ``poisoned`` hashes. ``witnesses`` are what the nodes have at a height, by
    their names; without any, all have the canonical chain. Of ``missing`` blocks nothing is seen
    that moved.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        chain: str = "ethereum",
        lowest: int = 90,
        height: int = 100,
    ) -> None:
        self._now = now
        self._chain = chain
        self._made = 0
        self.by_hash: dict[bytes, TreeBlock] = {}
        self.canonical: dict[int, TreeBlock] = {}
        self.lag = 0
        self.claims_more = 0
        self.failures = 0
        self.sleep = sleep
        self.safe_depth, self.finalized_depth = 6, 12
        self.poisoned: set[bytes] = set()
        self.missing: dict[bytes, str] = {}
        self.witnesses: dict[str, Callable[[int], bytes | None]] = {}
        self.accused: list[str] = []
        self.listening = False
        self.waited: list[float] = []
        self.before_call: Callable[[], None] | None = None
        self._append(lowest, bytes(32))
        self.mine(height - lowest)

    @property
    def tip(self) -> BlockRef:
        return self.canonical[max(self.canonical)].ref

    def mine(self, blocks: int = 1, moved: Sequence[tuple[Transaction, ...]] = ()) -> None:
        for position in range(blocks):
            inside = moved[position] if position < len(moved) else ()
            self._append(self.tip.number + 1, self.tip.hash, inside)

    def reorg(self, depth: int, length: int, moved: Sequence[tuple[Transaction, ...]] = ()) -> None:
        for number in range(self.tip.number - depth + 1, self.tip.number + 1):
            del self.canonical[number]
        self.mine(length, moved)

    def go_back_to(self, tip: BlockRef) -> None:
        """An orphaned branch is canonical again."""
        branch = [self.by_hash[tip.hash]]
        while branch[-1].ref.number - 1 in self.canonical or branch[-1].ref.parent_hash in (
            self.by_hash
        ):
            parent = self.by_hash[branch[-1].ref.parent_hash]
            if self.canonical.get(parent.ref.number) == parent:
                break
            branch.append(parent)
        lowest = branch[-1].ref.number
        self.canonical = {n: block for n, block in self.canonical.items() if n < lowest}
        self.canonical |= {block.ref.number: block for block in branch}

    def _append(self, number: int, parent: bytes, moved: tuple[Transaction, ...] = ()) -> None:
        self._made += 1
        ref = BlockRef(self._chain, number, self._made.to_bytes(32), parent, self._now())
        block = TreeBlock(ref, moved)
        self.by_hash[ref.hash] = self.canonical[number] = block

    def _called(self) -> None:
        if self.before_call is not None:
            self.before_call()
        if self.failures > 0:
            self.failures -= 1
            raise AllNodesFailed("ethereum", "anything", {})

    async def head(self) -> int:
        self._called()
        return self.tip.number + self.claims_more

    async def newest(self) -> int:
        self._called()
        return self.tip.number - self.lag

    def _handed_out(self, block: TreeBlock) -> TreeBlock:
        if block.ref.hash in self.poisoned:
            raise AllNodesFailed("ethereum", "eth_getBlockReceipts", {})
        why = self.missing.get(block.ref.hash)
        return replace(block, missing=why, moved=()) if why else block

    async def block(self, number: int, *, exists: bool) -> TreeBlock | None:
        self._called()
        block = self.canonical.get(number)
        if exists:
            if block is None:
                raise AllNodesFailed("ethereum", "eth_getBlockByNumber", {})
            return self._handed_out(block)
        if block is None or number > self.tip.number - self.lag:
            return None
        return self._handed_out(block)

    async def block_with_hash(self, block_hash: bytes, number: int) -> TreeBlock:
        self._called()
        block = self.by_hash[block_hash]
        assert block.ref.number == number
        return self._handed_out(block)

    async def hashes_at(self, number: int) -> Mapping[str, bytes | None]:
        self._called()
        if self.witnesses:
            return {name: has(number) for name, has in self.witnesses.items()}
        block = self.canonical.get(number)
        return {"one": block.ref.hash if block else None}

    def accuse(self, nodes: Collection[str], why: str) -> None:
        assert why
        self.accused += nodes

    async def settled(self, head: int) -> Settled:
        return Settled(max(0, head - self.safe_depth), max(0, head - self.finalized_depth))

    async def announced(self, within: float) -> int | None:
        self.waited.append(within)
        await self.sleep(within)
        return None

    async def blocks(self, first: int, last: int) -> Sequence[TreeBlock]:
        found = []
        for number in range(first, last + 1):
            self._called()
            block = self.canonical.get(number)
            if block is None or block.ref.hash in self.poisoned:
                break
            found.append(self._handed_out(block))
        if not found:
            raise AllNodesFailed("ethereum", "eth_getBlockByNumber", {})
        return found
