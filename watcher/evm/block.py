"""A block of an EVM chain with what its transactions did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.model import BlockRef
from watcher.evm.glance import glance_at
from watcher.evm.texts import HASHES
from watcher.evm.transfers import Reading
from watcher.evm.wire import fixed, moment, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.model import Transaction
    from watcher.evm.glance import EvmGlance
    from watcher.evm.transfers import Customs, Inside
    from watcher.evm.wire import RpcBlock, RpcReceipt


@dataclass(frozen=True, slots=True)
class EvmBlock:
    """A block and its receipts, as many as transactions and in their order.

    Where a node gives logs and no receipts, these are made of the logs, and of the receipts of
    those transactions that logs say nothing about. ``inside`` is the native value that contracts
    moved, by a transaction's place, where traces were asked for and had.
    """

    ref: BlockRef
    customs: Customs
    body: RpcBlock
    receipts: list[RpcReceipt]
    doubt: str | None = None
    missing: str | None = None
    inside: Mapping[int, Sequence[Inside]] = field(default_factory=dict)
    _reading: Reading = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reading = Reading(
            self.body.transactions,
            self.receipts,
            self.customs,
            producer=self.body.miner,
            inside=self.inside,
        )
        object.__setattr__(self, "_reading", reading)

    async def glance(self) -> EvmGlance:
        """What is seen of it while it is still in hex."""
        return await glance_at(
            self.body.transactions, self.receipts, self.customs, inside=self.inside
        )

    def hashes(self) -> list[bytes]:
        """Its transactions' hashes, by their place; none of one that is malformed."""
        return HASHES.bytes_of([one.hash for one in self.body.transactions])

    def transactions(self) -> Iterator[Transaction]:
        """Those in which something may have moved, read as they are asked for."""
        return self._reading.all()

    def transaction(self, index: int) -> Transaction | None:
        """The one at that place; None where it failed or is malformed."""
        return self._reading.at(index)


def ref_of(chain: str, body: RpcBlock) -> BlockRef:
    """A checked block's place in its chain."""
    return BlockRef(
        chain,
        quantity(body.number),
        fixed(body.hash, 32),
        fixed(body.parent_hash, 32),
        moment(body.timestamp, body.timestamp_ms, body.milli_timestamp),
    )
