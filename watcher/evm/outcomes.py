"""What became of transactions, where a node gives logs and no receipts of a whole block.

A transaction with logs succeeded. One without logs matters only if it moved native value; its
receipt is asked for, as is that of a contract creation with value, whose recipient stands nowhere
else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.abilities import Ability
from watcher.evm.checks.receipts import check_receipt
from watcher.evm.several import several
from watcher.evm.transfers import MOVING, TELLING
from watcher.evm.wire import BadField, RpcReceipt, quantity
from watcher.rpc.errors import BlockUnavailable, MethodUnsupported, UntrueAnswer
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.abilities import Abilities
    from watcher.evm.wire import RpcBlock, RpcLog, RpcTransaction
    from watcher.rpc.asking import Asking

TOPICS = MOVING | TELLING
"""The topics by which filtered logs are chosen."""
_SUCCEEDED, _PASSED_OVER = "0x1", "0x0"

Logs = list[list["RpcLog"]]
"""The logs of each transaction of a block."""


async def receipts_made(
    asking: Asking,
    bodies: Sequence[RpcBlock],
    logs: Sequence[Logs],
    abilities: Abilities,
    *,
    filtered: bool,
) -> list[tuple[list[RpcReceipt], str | None]]:
    """For each block a receipt for every transaction, and what is missing in them.

    A transaction in which nothing moved that could be told is passed over like one that failed.
    Raises errors of the tree.
    """
    wanted = [
        [index for index, one in enumerate(body.transactions) if _is_open(one, found[index])]
        for body, found in zip(bodies, logs, strict=True)
    ]
    hashes = [
        body.transactions[index].hash
        for body, indexes in zip(bodies, wanted, strict=True)
        for index in indexes
    ]
    told = await _asked(asking, hashes, abilities)
    made: list[tuple[list[RpcReceipt], str | None]] = []
    for body, by_transaction, indexes in zip(bodies, logs, wanted, strict=True):
        receipts = [
            RpcReceipt(
                transaction.hash, body.hash, found, None, _SUCCEEDED if found else _PASSED_OVER
            )
            for transaction, found in zip(body.transactions, by_transaction, strict=True)
        ]
        unknown = 0
        for index in indexes:
            receipt = told.get(body.transactions[index].hash)
            if receipt is None:
                unknown += 1
                continue
            check_receipt(body, index, receipt)
            _check_agreement(receipt, by_transaction[index], filtered=filtered)
            receipts[index].status = receipt.status
            receipts[index].root = receipt.root
            receipts[index].contract_address = receipt.contract_address
        lack = f"whether {unknown} payments of native coin succeeded is not known"
        made.append((receipts, lack if unknown else None))
    return made


def _is_open(transaction: RpcTransaction, logs: Sequence[RpcLog]) -> bool:
    try:
        moves_value = quantity(transaction.value) > 0
    except BadField:
        return False
    return moves_value and (not logs or transaction.target is None)


async def _asked(
    asking: Asking, hashes: Sequence[str], abilities: Abilities
) -> dict[str, RpcReceipt]:
    if not hashes or not abilities.may(asking.name, Ability.SINGLE_RECEIPTS):
        return {}
    calls = [Call("eth_getTransactionReceipt", [tx_hash], RpcReceipt | None) for tx_hash in hashes]
    try:
        receipts = await several(asking, calls, abilities)
    except MethodUnsupported:
        abilities.cannot(asking.name, Ability.SINGLE_RECEIPTS)
        return {}
    found = {}
    for tx_hash, receipt in zip(hashes, receipts, strict=True):
        if receipt is None:
            raise BlockUnavailable("it does not have the receipt of a transaction in the block")
        found[tx_hash] = receipt
    return found


def _check_agreement(receipt: RpcReceipt, logs: Sequence[RpcLog], *, filtered: bool) -> None:
    """That a receipt has the logs that were told of before, where they were chosen the chosen."""
    said = receipt.logs
    if filtered:
        said = [log for log in said if log.topics and log.topics[0] in TOPICS]
    if [log.log_index for log in said] != [log.log_index for log in logs]:
        raise UntrueAnswer("a receipt and the block's logs disagree")
