"""What moved in a block: native value, tokens, tokens with numbers, wrapped native coins. Pure.

Logs are what contracts say; one that does not have a standard's exact shape is passed over, and
nothing is ever raised. This is read of the few transactions that may concern somebody; whatever it
finds must be seen at a glance before, see ``watcher.evm.glance``.

- ``topics``     by which the events are known
- ``customs``    what a chain does otherwise than others
- ``parties``    addresses in hex, and in topics
- ``tokens``     ERC-20 and the wrapped native coin
- ``nfts``       ERC-721 and ERC-1155: assets with numbers
- ``native``     native value, counted once however often it is told
- ``machines``   which addresses the block shows to be contracts
- ``reading``    a transaction, out of all that
"""

from __future__ import annotations

from watcher.evm.transfers.customs import Customs, customs_of
from watcher.evm.transfers.native import Inside
from watcher.evm.transfers.reading import Reading, transactions_of
from watcher.evm.transfers.topics import (
    DEPOSIT,
    MOVING,
    NATIVE_LOG_EMITTER,
    SWAPS,
    TELLING,
    TRANSFER,
    TRANSFER_BATCH,
    TRANSFER_SINGLE,
    WITHDRAWAL,
)

__all__ = [
    "DEPOSIT",
    "MOVING",
    "NATIVE_LOG_EMITTER",
    "SWAPS",
    "TELLING",
    "TRANSFER",
    "TRANSFER_BATCH",
    "TRANSFER_SINGLE",
    "WITHDRAWAL",
    "Customs",
    "Inside",
    "Reading",
    "customs_of",
    "transactions_of",
]
