"""Receipts against the block that they are said to be of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.checks.slices import sliced
from watcher.evm.wire import BadField, quantity
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, UntrueAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.wire import RpcBlock, RpcLog, RpcReceipt

_SLICE = 1000
_SUCCEEDED, _FAILED = "0x1", "0x0"


async def check_receipts(body: RpcBlock, receipts: Sequence[RpcReceipt] | None) -> set[str]:
    """That they are the block's: as many as transactions and in their order, and their logs
    numbered through the whole block. Returns the addresses and topics in the logs.

    Raises UntrueAnswer, GarbledAnswer, or BlockUnavailable for none at all.
    """
    if receipts is None:
        raise BlockUnavailable("it does not have the block's receipts")
    if len(receipts) != len(body.transactions):
        raise UntrueAnswer(
            f"{len(receipts)} receipts came for {len(body.transactions)} transactions"
        )
    texts: set[str] = set()
    logs = 0
    transactions, block_hash, number = body.transactions, body.hash, body.number
    async for part in sliced(range(len(receipts)), _SLICE):
        for index in part:
            receipt, tx_hash, place = receipts[index], transactions[index].hash, hex(index)
            # what nearly all are like is told here, without a call; the rest is looked into
            if (
                receipt.status != _SUCCEEDED
                or receipt.transaction_hash != tx_hash
                or receipt.block_hash != block_hash
                or receipt.transaction_index != place
                or receipt.block_number != number
            ):
                check_receipt(body, index, receipt)
            for log in receipt.logs:
                if (
                    log.log_index != hex(logs)
                    or log.transaction_hash != tx_hash
                    or log.block_hash != block_hash
                    or log.transaction_index != place
                    or log.removed
                ):
                    check_log(log, body, index)
                    if not is_number(log.log_index, logs):
                        raise UntrueAnswer(
                            f"log {logs} of the block is missing, or not in its place"
                        )
                logs += 1
                texts.add(log.address)
                texts.update(log.topics)
    return texts


def check_receipt(body: RpcBlock, index: int, receipt: RpcReceipt) -> None:
    """That a receipt is the one of that transaction, and says what became of it."""
    status = receipt.status
    if status not in (_SUCCEEDED, _FAILED) and (status is not None or receipt.root is None):
        raise GarbledAnswer("a receipt does not say whether its transaction succeeded")
    if receipt.transaction_hash != body.transactions[index].hash or receipt.block_hash != body.hash:
        raise UntrueAnswer("a receipt belongs to another block or transaction")
    if not is_number(receipt.transaction_index, index):
        raise UntrueAnswer(f"receipt {index} of the block is numbered otherwise")
    if not is_number(receipt.block_number, quantity(body.number)):
        raise UntrueAnswer("a receipt says that it is of another height")
    if status == _FAILED and receipt.logs:
        raise UntrueAnswer("a transaction that failed has logs")


def check_log(log: RpcLog, body: RpcBlock, index: int) -> None:
    """That a log is of the block and that transaction, and counts."""
    if (
        log.block_hash != body.hash
        or log.transaction_hash != body.transactions[index].hash
        or not is_number(log.transaction_index, index)
    ):
        raise UntrueAnswer("a log belongs to another block or transaction")
    if log.removed:
        raise UntrueAnswer("a log is marked as removed")


def is_number(text: str, number: int) -> bool:
    """Whether a text is that number, however it is written."""
    try:
        return quantity(text) == number
    except BadField:
        return False
