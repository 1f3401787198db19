"""What the transactions of a block paid for gas. Pure, and made for one block a second at most."""

from __future__ import annotations

from statistics import median_low
from typing import TYPE_CHECKING

from watcher.evm.transfers import SWAPS
from watcher.evm.wire import BadField, quantity
from watcher.gas import BlockFees

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.evm.block import EvmBlock
    from watcher.evm.wire import RpcReceipt

_MOST = 2**63
"""Ten coins for one gas: nobody ever paid it, and JSON's readers end there."""


def fees_of(block: EvmBlock) -> BlockFees:
    """Prices of those who paid at all: what a chain puts in by itself is free. What a node does not
    tell, or tells malformed, is left out."""
    body = block.body
    base_fee = _number(body.base_fee_per_gas)
    told = (_number(one.gas_price) for one in body.transactions)
    prices = [price for price in told if price]
    return BlockFees(
        block.ref,
        base_fee,
        tuple(prices),
        tuple(_gas_of_swaps(block.receipts)),
        _median(_number(receipt.l1_fee) for receipt in block.receipts),
        _median(_number(receipt.gas_used_for_l1) for receipt in block.receipts),
    )


def _gas_of_swaps(receipts: Iterable[RpcReceipt]) -> Iterable[int]:
    """Of each that succeeded: what the block's gas grew by with it."""
    before: int | None = 0
    for receipt in receipts:
        after = _number(receipt.cumulative_gas_used)
        if (
            before is not None
            and after is not None
            and receipt.status == "0x1"
            and any(log.topics and log.topics[0] in SWAPS for log in receipt.logs)
        ):
            yield after - before
        before = after


def _median(numbers: Iterable[int | None]) -> int | None:
    """Of those that are above zero."""
    paid = [number for number in numbers if number]
    return median_low(paid) if paid else None


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        number = quantity(text)
    except BadField:
        return None
    return number if number <= _MOST else None
