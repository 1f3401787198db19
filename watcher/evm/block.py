"""A block of an EVM chain with what its transactions did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.model import BlockRef
from watcher.evm.glance import glance_at
from watcher.evm.texts import HASHES
from watcher.evm.transfers import transaction_at, transactions_of
from watcher.evm.wire import fixed, moment, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.model import Transaction
    from watcher.evm.glance import EvmGlance
    from watcher.evm.wire import RpcBlock, RpcReceipt


@dataclass(frozen=True, slots=True)
class EvmBlock:
    """A block and its receipts, as many as transactions and in their order.

    Where a node gives logs and no receipts, these are made of the logs, and of the receipts of
    those transactions that logs say nothing about.
    """

    ref: BlockRef
    wrapped_native: bytes
    body: RpcBlock
    receipts: list[RpcReceipt]
    doubt: str | None = None
    missing: str | None = None

    async def glance(self) -> EvmGlance:
        """What is seen of it while it is still in hex."""
        return await glance_at(self.body.transactions, self.receipts, self.wrapped_native)

    def hashes(self) -> list[bytes]:
        """Its transactions' hashes, by their place; a malformed one may be anything."""
        return HASHES.bytes_of([one.hash for one in self.body.transactions])

    def transactions(self) -> Iterator[Transaction]:
        """Its successful transactions and what moved in them, read as they are asked for."""
        return transactions_of(self.body.transactions, self.receipts, self.wrapped_native)

    def transaction(self, index: int) -> Transaction | None:
        """The one at that place; None where it failed or is malformed."""
        body, receipt = self.body.transactions[index], self.receipts[index]
        return transaction_at(index, body, receipt, self.wrapped_native)


def ref_of(chain: str, body: RpcBlock) -> BlockRef:
    """A checked block's place in its chain."""
    return BlockRef(
        chain,
        quantity(body.number),
        fixed(body.hash, 32),
        fixed(body.parent_hash, 32),
        moment(body.timestamp, body.timestamp_ms, body.milli_timestamp),
    )
