"""What moved in a block: native value, ERC-20 transfers, wrapped native coins. Pure.

Logs are what contracts say; one that does not have a standard's exact shape is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Source, Transaction, Transfer
from data.model.block import ZERO_ADDRESS
from watcher.evm.wire import BadField, fixed, quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
NATIVE_LOG_EMITTER = bytes.fromhex("fffffffffffffffffffffffffffffffffffffffe")
"""EIP-7708 repeats native value as Transfer logs from here; it is counted once, as value."""

_PADDING = bytes(12)
_NO_POOLS: frozenset[bytes] = frozenset()
_REMEMBERED = 20_000
"""Texts of either kind whose bytes are kept at hand: some 4 MB, for all chains together."""
_TELLING = SWAPS | {TRANSFER, DEPOSIT, WITHDRAWAL}


def transactions_of(
    transactions: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt], wrapped_native: bytes
) -> Iterator[Transaction]:
    """The successful transactions with what moved in them; pairs must be in the same order.

    A transaction with a malformed field is passed over; nothing is ever raised. They are read as
    they are asked for, so that a large block can be worked off in slices.
    """
    for index, (body, receipt) in enumerate(zip(transactions, receipts, strict=True)):
        found = transaction_at(index, body, receipt, wrapped_native)
        if found is not None:
            yield found


def transaction_at(
    index: int, body: RpcTransaction, receipt: RpcReceipt, wrapped_native: bytes
) -> Transaction | None:
    """One transaction by its place in the block; None where it failed or is malformed."""
    if receipt.status is not None and receipt.status != "0x1":
        return None
    try:
        return _transaction(index, body, receipt, wrapped_native)
    except BadField:
        return None


class _Addresses(dict[str, bytes]):
    """From an address in hex to its bytes; the same ones come again and again."""

    def __missing__(self, text: str) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[text] = address = fixed(text, 20)
        return address


class _Parties(dict[str, bytes]):
    """From a topic to the address that it holds."""

    def __missing__(self, topic: str) -> bytes:
        word = fixed(topic, 32)
        if not word.startswith(_PADDING):
            raise BadField("a topic holds no address")
        if len(self) >= _REMEMBERED:
            self.clear()
        self[topic] = address = word[len(_PADDING) :]
        return address


_addresses, _parties = _Addresses(), _Parties()


def _transaction(
    index: int, body: RpcTransaction, receipt: RpcReceipt, wrapped: bytes
) -> Transaction:
    """Raises BadField."""
    signer = ZERO_ADDRESS if body.signer is None else _addresses[body.signer]
    target = _addresses[body.target] if body.target else None
    transfers: list[Transfer] = []
    pools: set[bytes] = set()
    value = 0 if body.value == "0x0" else quantity(body.value)
    if value:
        created = receipt.contract_address
        recipient = target or (_addresses[created] if created else None)
        if recipient is not None:
            transfers.append(Transfer(Source.NATIVE, 0, None, signer, recipient, value))
    for position, log in enumerate(receipt.logs):
        topics = log.topics
        if not topics or topics[0] not in _TELLING:
            continue
        try:
            if topics[0] in SWAPS:
                pools.add(_addresses[log.address])
                continue
            transfer = _transfer(position, topics, log, wrapped)
        except BadField:
            continue
        if transfer is not None:
            transfers.append(transfer)
    return Transaction(
        fixed(body.hash, 32),
        index,
        signer,
        target,
        tuple(transfers),
        frozenset(pools) if pools else _NO_POOLS,
    )


def _transfer(position: int, topics: Sequence[str], log: RpcLog, wrapped: bytes) -> Transfer | None:
    topic, count = topics[0], len(topics)
    if topic == TRANSFER:
        if count != 3:
            return None
        token = _addresses[log.address]
        if token == NATIVE_LOG_EMITTER:
            return None
        sender, recipient = _parties[topics[1]], _parties[topics[2]]
    else:
        if count != 2:
            return None
        token = _addresses[log.address]
        if token != wrapped:
            return None
        party = _parties[topics[1]]
        sender, recipient = (token, party) if topic == DEPOSIT else (party, token)
    amount = int.from_bytes(fixed(log.data, 32))
    if amount == 0:
        return None
    return Transfer(Source.LOG, position, token, sender, recipient, amount)
