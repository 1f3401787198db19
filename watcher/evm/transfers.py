"""What moved in a block: native value, ERC-20 transfers, wrapped native coins. Pure.

Logs are what contracts say; one that does not have a standard's exact shape is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Source, Transaction, Transfer
from data.model.block import ZERO_ADDRESS
from watcher.evm.wire import BadField, fixed, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.wire import RpcLog, RpcReceipt, RpcTransaction

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""``Transfer(address,address,uint256)``; with a fourth topic it is an ERC-721's."""
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
"""``Deposit(address,uint256)`` of WETH9 and its copies, which emit no Transfer."""
WITHDRAWAL = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
"""``Withdrawal(address,uint256)`` of the same."""
SWAPS = frozenset(
    {
        # Uniswap v2, v3, v4; PancakeSwap v3; Solidly; Balancer v2; Curve, both forms
        "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822",
        "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67",
        "0x40e9cecb9f5f1f1c5b9c97dec2917b7ee92e57ba5563708daca94dd84ad7112f",
        "0x19b47279256b2a23a1665c810c8d55a1758940ee09377d4f8d26497a3577dc83",
        "0xb3e2773606abfd36b5bd91394b3a54d1398336c65005baf7bf7a05efeffaf75b",
        "0x2170c741c41531aec20e7c107c24eecfdd15e69c9bb0a8dd37b1840b9e0b207b",
        "0x8b3e96f2b889fa771c53c981b40daf005f63f637f1869f707052d15a3dd97140",
        "0xb2e76ae99761dc136e598d4a629bb347eccb9532a5f8bbd72e18467c3c34cc98",
    }
)
"""Topics by which a pool says that it swapped."""
NATIVE_LOG_EMITTER = "0xfffffffffffffffffffffffffffffffffffffffe"
"""EIP-7708 repeats native value as Transfer logs from here; it is counted once, as value."""

_ADDRESS_PADDING = "0x" + "00" * 12


def transactions_of(
    transactions: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt], wrapped_native: bytes
) -> tuple[Transaction, ...]:
    """The successful transactions with what moved in them; pairs must be in the same order.

    A transaction with a malformed field is passed over; nothing is ever raised.
    """
    wrapped = "0x" + wrapped_native.hex()
    found = []
    for index, (body, receipt) in enumerate(zip(transactions, receipts, strict=True)):
        if receipt.status is not None and receipt.status != "0x1":
            continue
        try:
            found.append(_transaction(index, body, receipt, wrapped))
        except BadField:
            continue
    return tuple(found)


def _transaction(
    index: int, body: RpcTransaction, receipt: RpcReceipt, wrapped: str
) -> Transaction:
    signer = ZERO_ADDRESS if body.signer is None else fixed(body.signer, 20)
    target = fixed(body.target, 20) if body.target else None
    transfers: list[Transfer] = []
    pools: set[bytes] = set()
    value = quantity(body.value)
    if value:
        created = receipt.contract_address
        recipient = target or (fixed(created, 20) if created else None)
        if recipient is not None:
            transfers.append(Transfer(Source.NATIVE, 0, None, signer, recipient, value))
    for position, log in enumerate(receipt.logs):
        if not log.topics:
            continue
        try:
            if log.topics[0] in SWAPS:
                pools.add(fixed(log.address, 20))
                continue
            transfer = _transfer(position, log, wrapped)
        except BadField:
            continue
        if transfer is not None:
            transfers.append(transfer)
    return Transaction(
        fixed(body.hash, 32), index, signer, target, tuple(transfers), frozenset(pools)
    )


def _transfer(position: int, log: RpcLog, wrapped: str) -> Transfer | None:
    topic, count = log.topics[0], len(log.topics)
    if topic == TRANSFER and count == 3:
        if log.address.lower() == NATIVE_LOG_EMITTER:
            return None
        sender, recipient = _party(log.topics[1]), _party(log.topics[2])
    elif count == 2 and topic in (DEPOSIT, WITHDRAWAL) and log.address.lower() == wrapped:
        contract, party = fixed(log.address, 20), _party(log.topics[1])
        sender, recipient = (contract, party) if topic == DEPOSIT else (party, contract)
    else:
        return None
    amount = int.from_bytes(fixed(log.data, 32))
    if amount == 0:
        return None
    return Transfer(Source.LOG, position, fixed(log.address, 20), sender, recipient, amount)


def _party(topic: str) -> bytes:
    if not topic.startswith(_ADDRESS_PADDING):
        raise BadField("a topic holds no address")
    return fixed("0x" + topic[26:], 20)
