"""Blocks: headers with real hashes over real roots, and the receipts that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from sandbox.chain import bloom, rlp
from sandbox.chain.transaction import DEPOSIT, Transaction
from sandbox.chain.trie import EMPTY_ROOT, ordered_root

NO_UNCLES = bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")
NO_REQUESTS = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
DEPOSIT_RECEIPT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a header since Prague, in the order in which they are hashed."""

    parent_hash: bytes
    miner: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: int
    difficulty: int
    number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    mix_hash: bytes
    base_fee: int
    parent_beacon_root: bytes
    withdrawals_root: bytes = EMPTY_ROOT
    blob_gas_used: int = 0
    excess_blob_gas: int = 0
    requests_hash: bytes = NO_REQUESTS

    def hash(self) -> bytes:
        """The block's hash."""
        return keccak(
            rlp.encode(
                (
                    self.parent_hash,
                    NO_UNCLES,
                    self.miner,
                    self.state_root,
                    self.transactions_root,
                    self.receipts_root,
                    self.logs_bloom.to_bytes(bloom.BYTES, "big"),
                    self.difficulty,
                    self.number,
                    self.gas_limit,
                    self.gas_used,
                    self.timestamp,
                    self.extra_data,
                    self.mix_hash,
                    bytes(8),
                    self.base_fee,
                    self.withdrawals_root,
                    self.blob_gas_used,
                    self.excess_blob_gas,
                    self.parent_beacon_root,
                    self.requests_hash,
                )
            )
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction did in this block; `first_log` is the block-wide index of its first
    log.
    """

    cumulative_gas: int
    logs_bloom: int
    first_log: int

    def encode(self, transaction: Transaction) -> bytes:
        """The bytes that the receipts root is made of."""
        draft = transaction.draft
        kind = transaction.fees.type
        fields: list[rlp.Item] = [
            draft.status,
            self.cumulative_gas,
            self.logs_bloom.to_bytes(bloom.BYTES, "big"),
            tuple((log.address, log.topics, log.data) for log in draft.logs),
        ]
        if kind == DEPOSIT:
            fields += [transaction.nonce, DEPOSIT_RECEIPT_VERSION]
        body = rlp.encode(fields)
        return bytes((kind,)) + body if kind else body


@dataclass(frozen=True, slots=True)
class Block:
    """A simulated block: its header, hash, transactions and receipts, in order.

    `stamp` names the header's field with its milliseconds, where nodes show one.
    """

    header: Header
    hash: bytes
    transactions: tuple[Transaction, ...]
    receipts: tuple[Receipt, ...]
    timestamp_ms: int
    stamp: str | None = None

    @property
    def number(self) -> int:
        return self.header.number

    @property
    def parent_hash(self) -> bytes:
        return self.header.parent_hash

    @property
    def timestamp(self) -> int:
        return self.header.timestamp

    @property
    def base_fee(self) -> int:
        return self.header.base_fee

    @property
    def gas_limit(self) -> int:
        return self.header.gas_limit

    @property
    def gas_used(self) -> int:
        return self.header.gas_used

    @property
    def logs_bloom(self) -> int:
        return self.header.logs_bloom

    @property
    def receipts_bloom(self) -> int:
        """What the header's bloom is where the chain's headers tell the truth."""
        joined = 0
        for receipt in self.receipts:
            joined |= receipt.logs_bloom
        return joined

    @property
    def transaction_hashes(self) -> tuple[bytes, ...]:
        return tuple(transaction.hash for transaction in self.transactions)


def receipts_of(transactions: Sequence[Transaction]) -> tuple[Receipt, ...]:
    """Receipts with cumulative gas and running log indexes."""
    receipts = []
    gas = logs = 0
    for transaction in transactions:
        draft = transaction.draft
        gas += draft.gas_used
        receipts.append(Receipt(gas, bloom.of_logs(draft.logs), logs))
        logs += len(draft.logs)
    return tuple(receipts)


def receipts_root(transactions: Sequence[Transaction], receipts: Sequence[Receipt]) -> bytes:
    """The root over the receipts in their order."""
    return ordered_root(
        [
            receipt.encode(transaction)
            for transaction, receipt in zip(transactions, receipts, strict=True)
        ]
    )
