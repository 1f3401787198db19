"""Blocks, transactions and receipts as JSON-RPC writes them, made once per block and kept for
the newest ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from sandbox.chain import bloom, hexes
from sandbox.chain.block import DEPOSIT_RECEIPT_VERSION, NO_UNCLES, Block
from sandbox.chain.hexes import quantity
from sandbox.chain.ledger import AnyBlock
from sandbox.chain.recorded import RecordedBlock
from sandbox.chain.transaction import DEPOSIT, STATE_SYNC, Transaction

_OF_THE_BODY = frozenset({"size", "totalDifficulty", "transactions", "uncles", "withdrawals"})
_NO_BLOOM = "0x" + "00" * bloom.BYTES


class Rendering:
    """One block's JSON; the parts are made when they are first asked for."""

    def __init__(self, block: AnyBlock) -> None:
        self._block = block

    @cached_property
    def transactions(self) -> list[Any]:
        """Full transaction objects."""
        if isinstance(self._block, RecordedBlock):
            return list(self._block.block["transactions"])
        block = self._block
        return [_transaction(block, index) for index in range(len(block.transactions))]

    @cached_property
    def receipts(self) -> list[Any]:
        """Receipt objects, in order."""
        if isinstance(self._block, RecordedBlock):
            return list(self._block.receipts)
        block = self._block
        return [_receipt(block, index) for index in range(len(block.transactions))]

    @cached_property
    def header(self) -> msgspec.Raw:
        """The block as `newHeads` announces it: without what only its body tells."""
        told = self._told()
        return msgspec.Raw(
            msgspec.json.encode({name: told[name] for name in told if name not in _OF_THE_BODY})
        )

    @cached_property
    def full(self) -> msgspec.Raw:
        """The block with its transactions."""
        return self._as_block(self.transactions)

    @cached_property
    def slim(self) -> msgspec.Raw:
        """The block with the hashes of its transactions."""
        return self._as_block([hexes.data(one) for one in self._block.transaction_hashes])

    @cached_property
    def all_receipts(self) -> msgspec.Raw:
        """The answer to `eth_getBlockReceipts`."""
        return msgspec.Raw(msgspec.json.encode(self.receipts))

    def _told(self) -> dict[str, Any]:
        if isinstance(self._block, RecordedBlock):
            return dict(self._block.block)
        return _header(self._block)

    def _as_block(self, transactions: list[Any]) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode({**self._told(), "transactions": transactions}))


class Renderings:
    """The newest-used renderings, by block hash."""

    def __init__(self, keep: int = 24) -> None:
        self._keep = keep
        self._made: OrderedDict[bytes, Rendering] = OrderedDict()

    def of(self, block: AnyBlock) -> Rendering:
        """The rendering of a block, from the cache if it is there."""
        rendering = self._made.get(block.hash)
        if rendering is None:
            rendering = self._made[block.hash] = Rendering(block)
            if len(self._made) > self._keep:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(block.hash)
        return rendering


def _header(block: Block) -> dict[str, Any]:
    header = block.header
    exact = {block.stamp: quantity(block.timestamp_ms)} if block.stamp else {}
    return {
        **exact,
        "baseFeePerGas": quantity(header.base_fee),
        "blobGasUsed": quantity(header.blob_gas_used),
        "difficulty": quantity(header.difficulty),
        "excessBlobGas": quantity(header.excess_blob_gas),
        "extraData": hexes.data(header.extra_data),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "hash": hexes.data(block.hash),
        "logsBloom": _bloom(header.logs_bloom),
        "miner": hexes.data(header.miner),
        "mixHash": hexes.data(header.mix_hash),
        "nonce": "0x0000000000000000",
        "number": quantity(header.number),
        "parentBeaconBlockRoot": hexes.data(header.parent_beacon_root),
        "parentHash": hexes.data(header.parent_hash),
        "receiptsRoot": hexes.data(header.receipts_root),
        "requestsHash": hexes.data(header.requests_hash),
        "sha3Uncles": hexes.data(NO_UNCLES),
        "size": quantity(640 + sum(len(one.raw) + 3 for one in block.transactions)),
        "stateRoot": hexes.data(header.state_root),
        "timestamp": quantity(header.timestamp),
        "transactionsRoot": hexes.data(header.transactions_root),
        "uncles": [],
        "withdrawals": [],
        "withdrawalsRoot": hexes.data(header.withdrawals_root),
    }


def pending(transaction: Transaction) -> dict[str, Any]:
    """A transaction that is in no block yet."""
    place = dict.fromkeys(("blockHash", "blockNumber", "blockTimestamp", "transactionIndex"))
    return _rendered(transaction, transaction.fees.most, place)


def _transaction(block: Block, index: int) -> dict[str, Any]:
    transaction = block.transactions[index]
    place = {
        "blockHash": hexes.data(block.hash),
        "blockNumber": quantity(block.number),
        "blockTimestamp": quantity(block.timestamp),
        "transactionIndex": quantity(index),
    }
    return _rendered(transaction, transaction.fees.effective(block.base_fee), place)


def _rendered(
    transaction: Transaction, gas_price: int, place: Mapping[str, str | None]
) -> dict[str, Any]:
    draft, fees = transaction.draft, transaction.fees
    rendered: dict[str, Any] = {
        **place,
        "from": hexes.data(draft.sender),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(gas_price),
        "hash": hexes.data(transaction.hash),
        "input": hexes.data(draft.data),
        "nonce": quantity(transaction.nonce),
        "to": _target(transaction),
        "value": quantity(draft.value),
        "type": quantity(fees.type),
        "chainId": quantity(transaction.chain_id),
        "v": quantity(transaction.v),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
    }
    if transaction.is_unsigned:
        return _unsigned(transaction, rendered)
    if fees.type == 2:
        rendered["maxFeePerGas"] = quantity(fees.most)
        rendered["maxPriorityFeePerGas"] = quantity(fees.priority)
        rendered["accessList"] = []
        rendered["yParity"] = quantity(transaction.parity)
    return rendered


def _unsigned(transaction: Transaction, rendered: dict[str, Any]) -> dict[str, Any]:
    """What nobody signed, with the fields that its kind has.

    A state sync has no sender and no recipient; how nodes write that is not known for sure, so
    they are left out, as the hardest form for whoever reads it.
    """
    if transaction.fees.type == STATE_SYNC:
        for name in ("from", "to", "nonce", "v", "r", "s"):
            del rendered[name]
    if transaction.fees.type == DEPOSIT:
        del rendered["chainId"]
        rendered["sourceHash"] = hexes.data(transaction.source_hash())
        rendered["mint"] = quantity(transaction.draft.value)
        rendered["depositReceiptVersion"] = quantity(DEPOSIT_RECEIPT_VERSION)
    return rendered


def _receipt(block: Block, index: int) -> dict[str, Any]:
    transaction, receipt = block.transactions[index], block.receipts[index]
    draft = transaction.draft
    place: dict[str, Any] = {
        "blockHash": hexes.data(block.hash),
        "blockNumber": quantity(block.number),
        "transactionHash": hexes.data(transaction.hash),
        "transactionIndex": quantity(index),
    }
    timestamp = quantity(block.timestamp)
    logs = [
        {
            "address": hexes.data(log.address),
            "topics": [hexes.data(topic) for topic in log.topics],
            "data": hexes.data(log.data),
            **place,
            "blockTimestamp": timestamp,
            "logIndex": quantity(receipt.first_log + offset),
            "removed": False,
        }
        for offset, log in enumerate(draft.logs)
    ]
    creates = draft.recipient is None and not transaction.is_unsigned
    created = hexes.data(transaction.created_address()) if creates else None
    rendered = {
        **place,
        "contractAddress": created,
        "cumulativeGasUsed": quantity(receipt.cumulative_gas),
        "effectiveGasPrice": quantity(transaction.fees.effective(block.base_fee)),
        "from": hexes.data(draft.sender),
        "gasUsed": quantity(draft.gas_used),
        "logs": logs,
        "logsBloom": _bloom(receipt.logs_bloom),
        "status": quantity(draft.status),
        "to": _target(transaction),
        "type": quantity(transaction.fees.type),
    }
    if transaction.fees.type == DEPOSIT:
        rendered["depositNonce"] = quantity(transaction.nonce)
        rendered["depositReceiptVersion"] = quantity(DEPOSIT_RECEIPT_VERSION)
    if transaction.fees.type == STATE_SYNC:
        del rendered["from"], rendered["to"]
    return rendered


def _target(transaction: Transaction) -> str | None:
    recipient = transaction.draft.recipient
    return None if recipient is None else hexes.data(recipient)


def _bloom(value: int) -> str:
    return f"0x{value:0{2 * bloom.BYTES}x}" if value else _NO_BLOOM
