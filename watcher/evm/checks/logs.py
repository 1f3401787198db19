"""The answer to ``eth_getLogs`` against the block that it is said to be of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.checks.receipts import check_log
from watcher.evm.checks.slices import sliced
from watcher.evm.wire import BadField, quantity
from watcher.rpc.errors import BlockUnavailable, GarbledAnswer, UntrueAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.wire import RpcBlock, RpcLog

_SLICE = 2000


async def check_logs(
    body: RpcBlock, logs: Sequence[RpcLog] | None, *, filtered: bool
) -> tuple[list[list[RpcLog]], set[str]]:
    """That they are the block's, numbered through it: without a gap, unless they are filtered.

    Returns the logs of each transaction, and the addresses and topics in them. Raises
    UntrueAnswer, GarbledAnswer, or BlockUnavailable for none at all.
    """
    if logs is None:
        raise BlockUnavailable("it does not have the block's logs")
    by_transaction: list[list[RpcLog]] = [[] for _ in body.transactions]
    texts: set[str] = set()
    owner, expected = 0, 0
    async for part in sliced(logs, _SLICE):
        for log in part:
            number, index = _numbers(log)
            if number < expected or (number > expected and not filtered):
                raise UntrueAnswer(f"log {expected} of the block is missing, or not in its place")
            if not owner <= index < len(by_transaction):
                raise UntrueAnswer("logs are not in the order of their transactions")
            owner, expected = index, number + 1
            check_log(log, body, index)
            by_transaction[index].append(log)
            texts.add(log.address)
            texts.update(log.topics)
    return by_transaction, texts


def _numbers(log: RpcLog) -> tuple[int, int]:
    try:
        return quantity(log.log_index), quantity(log.transaction_index)
    except BadField as error:
        raise GarbledAnswer(f"a log is malformed: {error}") from None
