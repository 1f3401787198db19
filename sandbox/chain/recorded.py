"""A block that a real chain once made, served as it was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from sandbox.chain import bloom, hexes
from sandbox.chain.trie import EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class RecordedBlock:
    """The JSON of `eth_getBlockByNumber` with full transactions, and of its receipts."""

    block: Mapping[str, Any]
    receipts: Sequence[Mapping[str, Any]]

    def __post_init__(self) -> None:
        if len(self.block["transactions"]) != len(self.receipts):
            raise ValueError("a recorded block needs one receipt for each of its transactions")

    @property
    def number(self) -> int:
        return int(self.block["number"], 16)

    @property
    def hash(self) -> bytes:
        return hexes.word(self.block["hash"])

    @property
    def parent_hash(self) -> bytes:
        return hexes.word(self.block["parentHash"])

    @property
    def timestamp(self) -> int:
        return int(self.block["timestamp"], 16)

    @property
    def timestamp_ms(self) -> int:
        return self.timestamp * 1000

    @property
    def base_fee(self) -> int:
        return int(self.block.get("baseFeePerGas", "0x0"), 16)

    @property
    def gas_limit(self) -> int:
        return int(self.block["gasLimit"], 16)

    @property
    def gas_used(self) -> int:
        return int(self.block["gasUsed"], 16)

    @property
    def logs_bloom(self) -> int:
        return int(self.block["logsBloom"], 16)

    @property
    def receipts_bloom(self) -> int:
        return self.logs_bloom

    @property
    def transaction_hashes(self) -> tuple[bytes, ...]:
        return tuple(hexes.word(transaction["hash"]) for transaction in self.block["transactions"])


def empty_parent(block: Mapping[str, Any], block_time: float) -> dict[str, Any]:
    """A block without transactions that has the number and hash of a recorded block's parent."""
    nothing = hexes.data(EMPTY_ROOT)
    return {
        **block,
        "number": hex(int(block["number"], 16) - 1),
        "hash": block["parentHash"],
        "parentHash": hexes.data(keccak(block["parentHash"].encode())),
        "timestamp": hex(int(block["timestamp"], 16) - int(block_time)),
        "gasUsed": "0x0",
        "logsBloom": "0x" + "00" * bloom.BYTES,
        "receiptsRoot": nothing,
        "transactionsRoot": nothing,
        "transactions": [],
    }
