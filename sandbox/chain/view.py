"""What one node knows of the shared chain: a node that lags, or lies about its head, sees
another part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.chain import hexes
from sandbox.chain.chain import Chain
from sandbox.chain.ledger import AnyBlock, Ledger
from sandbox.chain.rendering import Rendering, Renderings
from sandbox.chain.rpc_errors import InvalidParamsError, ServerError


@dataclass(frozen=True, slots=True)
class View:
    """The chain up to `head`; blocks beyond it are unknown, by whatever name they are asked for.

    `branch` is another ledger than the chain's, for a node on another fork.
    """

    chain: Chain
    renderings: Renderings
    head: int
    chain_id: int
    knows_orphans: bool = True
    branch: Ledger | None = None

    @property
    def ledger(self) -> Ledger:
        """The blocks of the branch that the node is on."""
        return self.chain.ledger if self.branch is None else self.branch

    def at(self, number: int) -> AnyBlock | None:
        """The canonical block of that number."""
        return self.ledger.at(number) if number <= self.head else None

    def known(self, block_hash: bytes) -> AnyBlock | None:
        """A block by hash; orphans too, as geth does."""
        block = self.ledger.known(block_hash)
        if block is None or block.number > self.head:
            return None
        if not self.knows_orphans and not self.ledger.is_canonical(block):
            return None
        return block

    def number(self, tag: Any) -> int:
        """The number that a block tag or a hex number means."""
        spec, lowest = self.chain.spec, self.ledger.lowest
        if tag in ("latest", "pending"):
            return self.head
        if tag == "safe":
            if spec.safe_depth is None:
                raise ServerError("safe block not found")
            return max(lowest, self.head - spec.safe_depth)
        if tag == "finalized":
            return max(lowest, self.head - spec.finalized_depth)
        if tag == "earliest":
            return lowest
        return _number(tag)

    def block(self, name: Any) -> AnyBlock | None:
        """By tag, number, hash, or the object of EIP-1898."""
        if isinstance(name, dict):
            if "blockHash" in name:
                return self.known(block_hash(name["blockHash"]))
            if "blockNumber" in name:
                return self.at(self.number(name["blockNumber"]))
            raise InvalidParamsError("a block object needs blockHash or blockNumber")
        if isinstance(name, str) and len(name) == 66:
            return self.known(block_hash(name))
        return self.at(self.number(name))

    def place(self, transaction_hash: bytes) -> tuple[AnyBlock, int] | None:
        """Where a transaction is on the canonical branch."""
        place = self.ledger.place(transaction_hash)
        return None if place is None or place[0].number > self.head else place

    def rendering(self, block: AnyBlock) -> Rendering:
        """The JSON of a block."""
        return self.renderings.of(block)


def block_hash(text: Any) -> bytes:
    """32 bytes, or the error that geth gives."""
    try:
        return hexes.word(text)
    except (ValueError, AttributeError) as error:
        raise InvalidParamsError(
            f"invalid argument 0: {str(text)[:80]!r} is not a 32-byte hash"
        ) from error


def _number(text: Any) -> int:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise InvalidParamsError("invalid argument 0: hex string without 0x prefix")
    try:
        return int(text, 16)
    except ValueError as error:
        raise InvalidParamsError(f"invalid argument 0: invalid hex string {text[:80]!r}") from error
