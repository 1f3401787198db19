"""Transactions that nodes know and no block has yet, kept aside until somebody decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Literal, TypeAlias, get_args

from sandbox.chain import hexes
from sandbox.chain.transaction import Fees, Transaction, sign

Way: TypeAlias = Literal["speed up", "cancel", "other"]


class Mempool:
    """What waits by itself; `joining` is what joins the next block anyway, and waits there."""

    def __init__(self, joining: Callable[[], list[Transaction]]) -> None:
        self._joining = joining
        self._waiting: dict[bytes, Transaction] = {}

    def hold(self, transaction: Transaction) -> None:
        """Nodes know it from now on."""
        self._waiting[transaction.hash] = transaction

    def get(self, tx_hash: bytes) -> Transaction | None:
        """A pending transaction."""
        joining = {one.hash: one for one in self._joining()}
        return self._waiting.get(tx_hash) or joining.get(tx_hash)

    def take(self, tx_hash: str) -> Transaction:
        """Nodes no longer have it waiting; ValueError if they never had."""
        found = self._waiting.pop(hexes.word(tx_hash), None)
        if found is None:
            raise ValueError(f"no transaction {tx_hash} waits in the mempool")
        return found


def instead_of(one: Transaction, way: Way, rng: Random) -> Transaction:
    """What its sender does with the same nonce: the same for a higher fee, nothing, or pay somebody
    else.
    """
    if way not in get_args(Way):
        raise ValueError(f"there is no way {way!r}; there is {', '.join(get_args(Way))}")
    draft = one.draft
    if way == "cancel":
        draft = replace(draft, recipient=draft.sender, value=0, data=b"", logs=(), gas_used=21_000)
    if way == "other":
        draft = replace(draft, recipient=hexes.address("0x" + "0d" * 20), value=draft.value + 1)
    fees = Fees(one.fees.type, one.fees.most * 5 // 4, one.fees.priority * 5 // 4)
    return sign(draft, fees, one.nonce, one.chain_id, rng)
