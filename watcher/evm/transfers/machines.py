"""Which addresses a block shows to be contracts, told from people.

Contracts emit logs, are created, and are called with data. An account whose key signs is a
person's, whatever code it has (EIP-7702); whoever is called in a transaction that hands code to
accounts may be one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.evm.texts import ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.wire import RpcReceipt, RpcTransaction

_SET_CODE = "0x4"
_NO_DATA = len('"0x"')


def machines_in(
    bodies: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt]
) -> frozenset[bytes]:
    """All contracts that show themselves in a block; malformed addresses are none."""
    # one pass each, because this is done for nearly every block
    shown = {log.address for receipt in receipts for log in receipt.logs}
    shown.update([one.contract_address for one in receipts if one.contract_address])
    shown.update(
        [
            one.target
            for one in bodies
            if len(one.input) > _NO_DATA and one.target and one.type != _SET_CODE
        ]
    )
    people = {one.signer for one in bodies if one.signer}
    people.update([one.target for one in bodies if one.type == _SET_CODE and one.target])
    found = {*ADDRESSES.bytes_of(list(shown))}
    return frozenset(found - {*ADDRESSES.bytes_of(list(people)), b""})
