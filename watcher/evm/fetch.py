"""A chain's blocks, asked of the pool and checked before anyone sees them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from watcher.evm.abilities import Abilities, Plan
from watcher.evm.batches import Batches
from watcher.evm.block import EvmBlock
from watcher.evm.checks.block import check_block
from watcher.evm.checks.header import HeaderChecks
from watcher.evm.checks.slices import others_turn
from watcher.evm.doubts import Doubts
from watcher.evm.hashes import hashes_at
from watcher.evm.heads import highest_head, preferred_head
from watcher.evm.lookup import EvmTransactions
from watcher.evm.probe import Probes
from watcher.evm.several import several
from watcher.evm.tags import Tags
from watcher.evm.traces import OnTraced, Traces
from watcher.evm.whole import Whole
from watcher.evm.wire import RpcBlock
from watcher.rpc.errors import AllNodesFailed, MethodUnsupported, NoCapableNode, UntrueAnswer
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from data.model import Chain, Settled
    from watcher.rpc.asking import Asking
    from watcher.rpc.heads import Heads
    from watcher.rpc.pool import Answer, Pool

T = TypeVar("T")


class EvmBlocks:
    """The blocks of one EVM chain. ``audit`` recomputes the receipts root of each.

    With ``on_traced`` the nodes' traces are asked for, too: it is told of every block why it has
    none, or None.
    """

    def __init__(
        self,
        chain: Chain,
        pool: Pool,
        heads: Heads | None = None,
        *,
        audit: bool = False,
        on_traced: OnTraced | None = None,
    ) -> None:
        self._chain = chain
        self._pool = pool
        self._heads = heads
        self._nodes = [node.name for node in pool.nodes]
        self._abilities = Abilities()
        self._whole = Whole(chain, self._abilities, HeaderChecks(chain, audit=audit))
        self._traces = Traces(pool, self._abilities, on_traced) if on_traced else None
        self._batches = Batches()
        self._tags = Tags(chain, pool, self._abilities)
        self._probes = Probes(pool, self._abilities)

    @property
    def transactions(self) -> EvmTransactions:
        """Single transactions of the chain, asked of the same nodes."""
        return EvmTransactions(self._pool, self._abilities)

    def plan(self, node: str) -> str | None:
        """How a node's blocks are had, by its public name; None while nobody has tried."""
        return self._abilities.plan(node)

    async def get_to_know_nodes(self) -> None:
        """Find out what nodes can do that nobody has needed yet; a task, which never ends."""
        await self._probes.run()

    async def head(self) -> int:
        """The newest block that any node tells of, and can show if it is far above the others.

        Raises AllNodesFailed when none of them ever told its head.
        """
        head = await highest_head(self._pool, self._chain.block_time)
        self._abilities.keep_up(self._pool.nodes)
        return head

    async def newest(self) -> int:
        """The newest block that one node tells of, the preferred one; raises AllNodesFailed."""
        return await preferred_head(self._pool, rounds=1)

    async def hashes_at(self, number: int) -> dict[str, bytes | None]:
        """Which block each node has at a height; None where it has none."""
        return await hashes_at(self._pool, number)

    def accuse(self, nodes: Collection[str], why: str) -> None:
        """Each of them is held to have lied."""
        for node in nodes:
            self._pool.report(node, UntrueAnswer(why))

    async def block(self, number: int, *, exists: bool) -> EvmBlock | None:
        """The block at a height, None if there is none yet."""

        async def talk(asking: Asking, doubts: Doubts) -> EvmBlock | None:
            body = await asking.one(_body("eth_getBlockByNumber", hex(number)))
            if body is None and not exists:
                return None
            body = check_block(body, number=number)
            if not exists:
                self._pool.saw_head(asking.name, number)
            return await self._whole.of(asking, body, doubts)

        # who told of the block may have lied: that is no reason to wait for it for long
        block = await self._ask(f"block {number}", talk, rounds=1 if exists else None)
        return None if block is None else await self._traced(block)

    async def block_with_hash(self, block_hash: bytes, number: int) -> EvmBlock:
        """The block of that hash, which stands at that height."""
        text = "0x" + block_hash.hex()

        async def talk(asking: Asking, doubts: Doubts) -> EvmBlock:
            body = await asking.one(_body("eth_getBlockByHash", text))
            body = check_block(body, number=number, block_hash=text)
            return await self._whole.of(asking, body, doubts)

        return await self._traced(await self._ask(f"block {text}", talk))

    async def settled(self, head: int) -> Settled:
        """How far the chain is safe and finalized, by the nodes' tags, else by depth."""
        return await self._tags.settled(head)

    @property
    def listening(self) -> bool:
        """Whether a WebSocket tells of heads as it should, so that nobody need ask often."""
        return self._heads is not None and self._heads.listening

    async def announced(self, within: float) -> int | None:
        """The height that a WebSocket told of; where none is open, the time passes."""
        if self._heads is not None:
            return await self._heads.announced(within)
        await asyncio.sleep(within)
        return None

    async def blocks(self, first: int, last: int) -> Sequence[EvmBlock]:
        """Blocks from ``first``, at least one, as many up to ``last`` as go well into a batch.

        One by one where a batch did not come. They end where the nodes' blocks do.
        """
        numbers = range(first, min(last, first + self._batches.size - 1) + 1)
        if len(numbers) > 1:
            try:
                found = await self._ask(
                    f"blocks {numbers[0]} to {numbers[-1]}",
                    self._together(numbers),
                    size=len(numbers),
                    rounds=1,
                )
            except NoCapableNode:
                raise
            except AllNodesFailed:
                self._batches.failed()  # each by itself may be had, of one node or another
            else:
                return [await self._traced(block) for block in found]
        return await self._one_by_one(numbers)

    def _together(self, numbers: range) -> Callable[[Asking, Doubts], Awaitable[list[EvmBlock]]]:
        async def talk(asking: Asking, _: Doubts) -> list[EvmBlock]:
            fitting = numbers[: max(1, self._abilities.batch(asking.name))]
            calls = [_body("eth_getBlockByNumber", hex(number)) for number in fitting]
            told = await several(asking, calls, self._abilities)
            bodies: list[RpcBlock] = []
            for number, body in zip(fitting, told, strict=True):
                if body is None and bodies:
                    break
                bodies.append(check_block(body, number=number))
                await others_turn()
            found = await self._whole.of_all(asking, bodies)
            self._batches.took(len(bodies), asking.read())
            return found

        return talk

    async def _one_by_one(self, numbers: Sequence[int]) -> list[EvmBlock]:
        found: list[EvmBlock] = []
        for number in numbers:
            try:
                block = await self.block(number, exists=True)
            except AllNodesFailed:
                if not found:
                    raise
                break
            if block is not None:
                found.append(block)
        return found

    async def _traced(self, block: EvmBlock) -> EvmBlock:
        return block if self._traces is None else await self._traces.added_to(block)

    async def _ask(
        self,
        title: str,
        talk: Callable[[Asking, Doubts], Awaitable[T]],
        *,
        size: int = 1,
        rounds: int | None = None,
    ) -> T:
        """One node after the other, the best able first; raises NoCapableNode where none is."""
        doubts = Doubts()

        async def ask(asking: Asking) -> T:
            if self._abilities.plan(asking.name) is Plan.HEADS:
                raise MethodUnsupported("it gives heads only")
            return await talk(asking, doubts)

        if self._abilities.hopeless(self._nodes):
            raise NoCapableNode(self._chain.name, self._nodes)
        try:
            answer: Answer[Any] = await self._pool.ask(
                title, ask, rank=self._abilities.rank, size=size, rounds=rounds
            )
        except AllNodesFailed as failed:
            if self._abilities.heads_only(self._nodes):
                raise NoCapableNode(self._chain.name, self._nodes) from failed
            raise
        value: Any = answer.value
        if isinstance(value, EvmBlock):
            value = await doubts.resolve(self._pool, answer.node, value)
        found: T = value
        return found


def _body(method: str, block: str) -> Call:
    return Call(method, [block, True], RpcBlock | None)
