"""What a block holds against what its header says, where the chain's row says that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.checks.bloom import BYTES, Blooms, bloom_in
from watcher.evm.checks.receipts_root import receipts_root
from watcher.evm.wire import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from data.model import Chain
    from watcher.evm.wire import RpcBlock, RpcReceipt


_NO_LOGS = "0x" + "00" * BYTES


class HeaderChecks:
    """The bloom of every block; with ``audit`` the receipts root as well."""

    def __init__(self, chain: Chain, *, audit: bool) -> None:
        self._integrity = chain.integrity
        self._audit = audit
        self.blooms = Blooms()

    async def contradiction(
        self,
        body: RpcBlock,
        texts: AbstractSet[str],
        receipts: Sequence[RpcReceipt] | None,
    ) -> str | None:
        """Why the header says otherwise; None if it does not.

        ``texts`` are the addresses and topics of all logs; ``receipts`` those of the node, None
        where it gave logs only. Raises GarbledAnswer for what cannot be read.
        """
        if self._bloom_holds(body) and bloom_in(body.logs_bloom) != await self.blooms.of(texts):
            return f"the logs of block {quantity(body.number)} do not make up its bloom"
        if self._bloom_holds(body) and receipts is not None and self._is_cut_short(receipts):
            return f"the last logs of block {quantity(body.number)} do not make up their bloom"
        if self._audit and receipts is not None and self._root_holds(body):
            nonces = self._integrity.deposit_nonces
            root = await receipts_root(receipts, self.blooms, deposit_nonces=nonces)
            if "0x" + root.hex() != (body.receipts_root or "").lower():
                return f"the receipts of block {quantity(body.number)} do not make up their root"
        return None

    def outside(self, body: RpcBlock, texts: AbstractSet[str]) -> str | None:
        """As ``contradiction``, where only some of the logs are known: their bits must be set."""
        if self._bloom_holds(body):
            bloom = bloom_in(body.logs_bloom)
            for text in texts:
                bits = self.blooms.bits(text)
                if bloom & bits != bits:
                    return f"a log of block {quantity(body.number)} is not in its bloom"
        return None

    def _is_cut_short(self, receipts: Sequence[RpcReceipt]) -> bool:
        """Whether the end of the block's logs is missing. No index is left out there, and other
        logs may have set the same bits in the header; the receipts' own blooms tell."""
        for receipt in reversed(receipts):
            if receipt.logs_bloom is not None and (receipt.logs or receipt.logs_bloom != _NO_LOGS):
                return bloom_in(receipt.logs_bloom) != self.blooms.of_logs(receipt.logs)
            if receipt.logs:
                break
        return False

    def _bloom_holds(self, body: RpcBlock) -> bool:
        return _since(self._integrity.bloom_from, body)

    def _root_holds(self, body: RpcBlock) -> bool:
        return _since(self._integrity.receipts_root_from, body)


def _since(first: int | None, body: RpcBlock) -> bool:
    return first is not None and quantity(body.number) >= first
