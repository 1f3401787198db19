"""What is suspicious about a movement, whoever looks at it. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from data.model import Mark
from data.noise import is_cheap, is_imitation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.model import Chain, Movement, Transaction
    from data.queries.tokens import TokenRow

AIRDROP_RECEIVERS = 100
"""So many receivers of one token in one transaction are an airdrop. Exchanges pay out to some
dozens at once, and wallets that pay salaries to fewer; spam is sent to hundreds, because each
further receiver costs its sender next to nothing."""


def marked(
    chain: Chain,
    transaction: Transaction,
    movements: Sequence[Movement],
    names: Mapping[bytes, TokenRow],
) -> list[Movement]:
    """The transaction's movements, those marked that are not to be believed."""
    given = _given_to_many(transaction)
    found = []
    for movement in movements:
        marks = set(movement.marks)
        for leg in movement.legs:
            if leg.token is None or leg.token in chain.tokens:
                continue
            if is_imitation(chain, leg, names):
                marks.add(Mark.IMITATION)
            if leg.token in given and is_cheap(chain, leg):
                marks.add(Mark.AIRDROP)
        found.append(movement if marks == movement.marks else _with(movement, marks))
    return found


def _given_to_many(transaction: Transaction) -> set[bytes]:
    """The tokens that very many addresses got."""
    if len(transaction.transfers) < AIRDROP_RECEIVERS:
        return set()
    receivers: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for transfer in transaction.transfers:
        if transfer.token is not None:
            receivers[transfer.token].add(transfer.recipient)
    return {token for token, got in receivers.items() if len(got) >= AIRDROP_RECEIVERS}


def _with(movement: Movement, marks: set[Mark]) -> Movement:
    return replace(movement, marks=frozenset(marks))
