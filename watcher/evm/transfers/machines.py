"""Which addresses a block shows to be contracts, told from people.

Contracts emit logs, are created, and are called with data. An account whose key signs is a
person's, whatever code it has (EIP-7702); whoever is called in a transaction that hands code to
accounts may be one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.transfers.parties import ADDRESSES
from watcher.evm.wire import BadField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.wire import RpcReceipt, RpcTransaction

_SET_CODE = "0x4"
_NO_DATA = len('"0x"')


def machines_in(
    bodies: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt]
) -> frozenset[bytes]:
    """All contracts that show themselves in a block; malformed addresses are none."""
    shown: set[str] = set()
    people: set[str] = set()
    for body, receipt in zip(bodies, receipts, strict=True):
        if body.signer:
            people.add(body.signer)
        shown.update([log.address for log in receipt.logs])
        if receipt.contract_address:
            shown.add(receipt.contract_address)
        if body.target:
            if body.type == _SET_CODE:
                people.add(body.target)
            elif memoryview(body.input).nbytes > _NO_DATA:
                shown.add(body.target)
    return frozenset(_known(shown) - _known(people))


def _known(texts: set[str]) -> set[bytes]:
    found = set()
    for text in texts:
        try:
            found.add(ADDRESSES[text])
        except BadField:
            continue
    return found
