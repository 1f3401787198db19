"""Which addresses a block shows to be contracts, told from people.

Contracts emit logs, are created, and are called with data. An account whose key signs is a
person's, whatever code it has (EIP-7702); whoever is called in a transaction that hands code to
accounts may be one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.evm.wire import RpcReceipt, RpcTransaction

_SET_CODE = "0x4"
_NO_DATA = len('"0x"')


def machines_in(bodies: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt]) -> frozenset[str]:
    """All contracts that show themselves in a block, as nodes write addresses.

    They stay text: a block has hundreds, and only those are asked for whom something concerns.
    """
    shown = {log.address for receipt in receipts for log in receipt.logs}
    shown.update([one.contract_address for one in receipts if one.contract_address])
    people = {body.signer for body in bodies if body.signer}
    for body in bodies:
        target = body.target
        if not target:
            continue
        if body.type == _SET_CODE:
            people.add(target)
        elif target not in shown and memoryview(body.input).nbytes > _NO_DATA:
            shown.add(target)
    return frozenset(shown - people)
