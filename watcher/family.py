"""What a chain family provides: verified blocks, a glance at them, and what moved in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from data.model import BlockRef, Settled, Transaction
    from watcher.pursuits.sighting import Sighting, Wanted


class Glance(Protocol):
    """What is seen of a block without reading it closely: more than there is, and never less.

    Transactions are known by their place in the block.
    """

    @property
    def tokens(self) -> Collection[bytes]:
        """The contracts of all tokens of which amounts moved."""
        ...

    def parties(self) -> Iterable[bytes]:
        """All addresses between which anything moved, be it worth nothing."""
        ...

    def touching(self, addresses: Collection[bytes]) -> set[int]:
        """The transactions in which one of the addresses was party to anything that moved."""
        ...

    def weights(self, rates: Mapping[bytes | None, int]) -> Sequence[int]:
        """For each transaction what moved in it, weighed by what a token's base unit weighs."""
        ...


class Block(Protocol):
    """A fetched and checked block, still in its family's own form."""

    @property
    def ref(self) -> BlockRef:
        """Its place in the chain."""
        ...

    @property
    def doubt(self) -> str | None:
        """Why it is not verified although independent nodes agree on it; None if it is."""
        ...

    @property
    def missing(self) -> str | None:
        """Why not all of what is in it was seen: a partial coverage gap; None if all was."""
        ...

    async def glance(self) -> Glance:
        """What is seen of it at a glance; never raises. Others get their turn in a large block."""
        ...

    def hashes(self) -> Sequence[bytes]:
        """The hash of the transaction at each place; empty where it is malformed."""
        ...

    def transaction(self, index: int) -> Transaction | None:
        """The transaction at a place, and what moved in it; None if it failed. Never raises."""
        ...

    def transactions(self) -> Iterable[Transaction]:
        """Its successful transactions and what moved in them; pure, never raises.

        To be gone through once; the work may be done on the way.
        """
        ...


class BlockSource(Protocol):
    """Asks the nodes of one chain for blocks; raises ``RpcError`` when none answers."""

    async def head(self) -> int:
        """The height of the newest block that any node tells of; asks all of them."""
        ...

    async def newest(self) -> int:
        """The height of the newest block that one node tells of, the preferred one: a cheap look
        at a fast chain."""
        ...

    async def block(self, number: int, *, exists: bool) -> Block | None:
        """The block at a height, None if there is none yet.

        ``exists`` says that it is known to be there: a node that lacks it is passed over.
        """
        ...

    async def block_with_hash(self, block_hash: bytes, number: int) -> Block:
        """The block of that hash, which stands at that height."""
        ...

    async def settled(self, head: int) -> Settled:
        """How far the chain is safe and finalized: by the nodes' tags, else by depth under the
        head."""
        ...

    @property
    def listening(self) -> bool:
        """Whether nodes announce their heads by themselves, so that they need hardly be asked."""
        ...

    async def announced(self, within: float) -> int | None:
        """Wait so many seconds at most for a node to announce a head by itself; its height."""
        ...

    async def blocks(self, first: int, last: int) -> Sequence[Block]:
        """Blocks from ``first``, at least one, in order; of one chain unless it just reorged.

        They end at ``last``, where the nodes' blocks end, or where one answer would get too large.
        """
        ...

    async def hashes_at(self, number: int) -> Mapping[str, bytes | None]:
        """Which block each node has at a height, by the node's public name; None where it has
        none. Nodes that do not answer are left out.
        """
        ...

    def accuse(self, nodes: Collection[str], why: str) -> None:
        """Hold against nodes that what they told contradicts the rest."""
        ...


class TransactionSource(Protocol):
    """Asks the nodes of one chain for single transactions."""

    async def look(self, wanted: Sequence[Wanted]) -> Mapping[bytes, Sighting]:
        """What the nodes say of each, by hash; those that nobody could tell anything about are left
        out. Raises RpcError when no node answers.
        """
        ...
