"""Faults of results other than their logs: something is missing, or in the wrong place.

null_block                a block below its head is null
null_newest               the newest block that the node tells of is null, and its receipts are
null_receipts             the receipts of a block that it serves are null
empty_receipts            … or an empty list
partial_receipts(keep=50) … or only so many percent of them
swapped_receipts          … or the first and the last have changed places
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sandbox.chain import log_faults
from sandbox.chain.asked import Asked
from sandbox.chain.fault import Fault

ResultFault: TypeAlias = Callable[[Asked, Any, Fault], Any]

_RECEIPTS = frozenset({"eth_getBlockReceipts"})
_ONE_RECEIPT = frozenset({"eth_getTransactionReceipt"})
_BLOCKS = frozenset({"eth_getBlockByNumber", "eth_getBlockByHash"})


def _null(_asked: Asked, _result: Any, _fault: Fault) -> Any:
    return None


def _null_newest(asked: Asked, result: Any, _: Fault) -> Any:
    block = asked.block
    return None if block is not None and block.number == asked.view.head else result


def _swapped(_asked: Asked, result: Any, _fault: Fault) -> Any:
    return result if len(result) < 2 else [result[-1], *result[1:-1], result[0]]


RESULTS: Mapping[str, tuple[frozenset[str], ResultFault]] = {
    "null_block": (_BLOCKS, _null),
    "null_newest": (_BLOCKS | _RECEIPTS, _null_newest),
    "null_receipts": (_RECEIPTS | _ONE_RECEIPT, _null),
    "empty_receipts": (_RECEIPTS, lambda _asked, _result, _fault: []),
    "partial_receipts": (_RECEIPTS, lambda _, result, fault: log_faults.share(result, fault)),
    "swapped_receipts": (_RECEIPTS, _swapped),
}
_WITH_LOGS = _RECEIPTS | _ONE_RECEIPT | {"eth_getLogs"}
ROWS: Mapping[str, tuple[frozenset[str], ResultFault]] = {
    **RESULTS,
    **dict.fromkeys(log_faults.LOGS, (_WITH_LOGS, log_faults.spoiled)),
}

NAMES = frozenset(ROWS)
