"""Blocks that contradict their own header, until it is known who is wrong: a node or our rows.

A node that lies by leaving logs out is found out by the header's bloom. But where a chain's row
claims a check that does not hold, honest nodes would look like liars, all of them alike. So such a
block is held back and the next node is asked: if an independent one tells the very same, the block
is believed, with its doubt, and nobody is blamed; if it tells otherwise and its header bears it
out, the first one lied. Where nobody else can be asked, the block is not believed, and nobody is
blamed. Nor is anybody where the other gave only a part, or the very same by a way that is checked
less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from watcher.evm.checks.slices import sliced
from watcher.evm.wire import BadField, quantity
from watcher.rpc.errors import Contradicted, UntrueAnswer

if TYPE_CHECKING:
    from watcher.evm.block import EvmBlock
    from watcher.rpc.pool import Pool

_SLICE = 500


@dataclass(frozen=True, slots=True)
class _Suspect:
    node: str
    block_hash: bytes
    digest: bytes
    reason: str


class Doubts:
    """Those of one question to a pool, whichever of its nodes were asked."""

    def __init__(self) -> None:
        self._suspects: dict[str, _Suspect] = {}

    async def weigh(self, node: str, block: EvmBlock, reason: str) -> EvmBlock:
        """The block with its doubt, if an independent node has told the same; raises
        Contradicted otherwise."""
        told = _Suspect(node, block.ref.hash, await _digest(block), reason)
        agreeing = [one for one in self._suspects.values() if _agree(one, told)]
        if agreeing:
            for one in agreeing:
                del self._suspects[one.node]
            return replace(block, doubt=reason)
        self._suspects[node] = told
        raise Contradicted(f"{reason}, and no independent node has confirmed it")

    async def resolve(self, pool: Pool, node: str, block: EvmBlock) -> EvmBlock:
        """A node's block was taken, which comes back, with a doubt that others had of the same.
        Whoever told otherwise lied."""
        suspects, self._suspects = self._suspects, {}
        if not suspects or block.missing is not None:
            return block
        taken = _Suspect(node, block.ref.hash, await _digest(block), block.doubt or "")
        for suspect in suspects.values():
            if _same(suspect, taken):
                block = replace(block, doubt=suspect.reason)
            else:
                pool.report(suspect.node, UntrueAnswer(suspect.reason))
        return block


def host_of(node: str) -> str:
    """The host and port in a node's public name."""
    return node.partition("://")[2].partition("#")[0]


def _agree(one: _Suspect, other: _Suspect) -> bool:
    return _same(one, other) and host_of(one.node) != host_of(other.node)


def _same(one: _Suspect, other: _Suspect) -> bool:
    return one.block_hash == other.block_hash and one.digest == other.digest


async def _digest(block: EvmBlock) -> bytes:
    """Of all that transfers are read from, the same whichever way a node gave it."""
    digest = blake2b(digest_size=32)
    pairs = list(zip(block.body.transactions, block.receipts, strict=True))
    async for part in sliced(pairs, _SLICE):
        told = [
            (
                transaction,
                receipt.status,
                [(log.address, log.topics, log.data, log.log_index) for log in receipt.logs],
            )
            for transaction, receipt in part
            if receipt.logs or transaction.mint or _has_value(transaction.value)
        ]
        # some nodes write addresses with a checksum, most in small letters
        digest.update(msgspec.json.encode(told).lower())
    return digest.digest()


def _has_value(text: str) -> bool:
    try:
        return quantity(text) > 0
    except BadField:
        return False
