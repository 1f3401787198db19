"""The root over all receipts, as the header has it: nothing in them can be otherwise.

EIP-2718: a typed receipt is its type's byte and the list of its fields. Before Byzantium a state
root stood where the status is. Deposits of OP chains carry their nonce and its version since
Canyon (specs, "Deposit Receipt"). A type that is not known here is encoded like all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.checks import rlp
from watcher.evm.checks.bloom import BYTES
from watcher.evm.checks.slices import sliced
from watcher.evm.checks.trie import ordered_root
from watcher.evm.wire import BadField, data, fixed, quantity
from watcher.rpc.errors import GarbledAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.checks.bloom import Blooms
    from watcher.evm.wire import RpcLog, RpcReceipt

_SLICE = 200
_DEPOSIT = 0x7E
_HIGHEST_TYPE = 0x7F


async def receipts_root(
    receipts: Sequence[RpcReceipt], blooms: Blooms, *, deposit_nonces: bool
) -> bytes:
    """The root; raises GarbledAnswer where a receipt lacks what it is made of."""
    encoded: list[bytes] = []
    async for part in sliced(receipts, _SLICE):
        for receipt in part:
            try:
                encoded.append(_encoded(receipt, blooms, deposit_nonces=deposit_nonces))
            except BadField as error:
                raise GarbledAnswer(f"a receipt is malformed: {error}") from None
    return await ordered_root(encoded)


def _encoded(receipt: RpcReceipt, blooms: Blooms, *, deposit_nonces: bool) -> bytes:
    kind = quantity(receipt.type or "0x0")
    if kind > _HIGHEST_TYPE:
        raise BadField("a type is larger than one can be")
    fields = [
        _outcome(receipt),
        rlp.number(quantity(receipt.cumulative_gas_used or "")),
        rlp.text(blooms.of_logs(receipt.logs).to_bytes(BYTES)),
        rlp.row(map(_log, receipt.logs)),
    ]
    if kind == _DEPOSIT and deposit_nonces and receipt.deposit_receipt_version is not None:
        fields.append(rlp.number(quantity(receipt.deposit_nonce or "")))
        fields.append(rlp.number(quantity(receipt.deposit_receipt_version)))
    return (bytes((kind,)) if kind else b"") + rlp.row(fields)


def _outcome(receipt: RpcReceipt) -> bytes:
    if receipt.status is not None:
        return rlp.number(quantity(receipt.status))
    return rlp.text(fixed(receipt.root or "", 32))


def _log(log: RpcLog) -> bytes:
    topics = rlp.row(rlp.text(fixed(topic, 32)) for topic in log.topics)
    return rlp.row((rlp.text(fixed(log.address, 20)), topics, rlp.text(data(log.data))))
