"""Transactions, receipts and logs as nodes write them, made from a few words."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.evm.wire import RpcLog, RpcReceipt, RpcTransaction

BLOCK_HASH = "0x" + "b1" * 32
TX_HASH = "0x" + "71" * 32
WRAPPED = bytes.fromhex("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")
TOKEN = "0x" + "70" * 20
ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20


def address(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def topic(party: str) -> str:
    return "0x" + "00" * 12 + party[2:]


def word(number: int) -> str:
    return f"0x{number:064x}"


def transaction(
    value: str = "0x0", *, target: str | None = BOB, tx_hash: str = TX_HASH
) -> RpcTransaction:
    return RpcTransaction(tx_hash, ALICE, target, value)


def log(
    topics: Sequence[str],
    data: str = word(5),
    *,
    emitter: str = TOKEN,
    block_hash: str = BLOCK_HASH,
    tx_hash: str = TX_HASH,
    removed: bool = False,
) -> RpcLog:
    return RpcLog(emitter, list(topics), data, block_hash, tx_hash, removed)


def receipt(
    *logs: RpcLog,
    status: str | None = "0x1",
    created: str | None = None,
    root: str | None = None,
    tx_hash: str = TX_HASH,
    block_hash: str = BLOCK_HASH,
) -> RpcReceipt:
    return RpcReceipt(tx_hash, block_hash, list(logs), created, status, root)
