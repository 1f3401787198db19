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


def machines_in(bodies: Sequence[RpcTransaction], receipts: Sequence[RpcReceipt]) -> set[str]:
    """All contracts that show themselves in a block, in hex with small letters."""
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
    return _small(shown) - _small(people)


def _small(texts: set[str]) -> set[str]:
    """The texts in small letters, in which nearly every node writes them."""
    joined = "".join(texts)
    return texts if joined == joined.lower() else {text.lower() for text in texts}
