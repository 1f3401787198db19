"""Movements of nothing: transfers of amount 0, which anybody can have a token tell of anybody.

They change no holdings, so enriching makes no movement of them. For watched addresses they are
movements nevertheless, so that it can be said why nobody was told, and told where a chat wants it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Leg, Mark, Movement, MovementKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from data.model import BlockRef, Price, Transaction, Transfer
    from data.queries.tokens import TokenRow

UNNAMED = "?"


def nothing_moved(
    ref: BlockRef,
    transaction: Transaction,
    moved: Iterable[Movement],
    watched: Collection[bytes],
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> list[Movement]:
    """One movement for each watched address that was only party to transfers of nothing.

    ``moved`` are the movements of the transaction in which something moved.
    """
    nothing = [one for one in transaction.transfers if not one.amount]
    if not nothing:
        return []
    told_already = {movement.address for movement in moved}
    found: dict[bytes, list[Transfer]] = {}
    for transfer in nothing:
        for party in {transfer.sender, transfer.recipient}:
            if party in watched and party not in told_already:
                found.setdefault(party, []).append(transfer)
    return [
        _movement(ref, transaction, address, transfers, names, prices)
        for address, transfers in found.items()
    ]


def _movement(
    ref: BlockRef,
    transaction: Transaction,
    address: bytes,
    transfers: list[Transfer],
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> Movement:
    first = transfers[0]
    others = {_other(one, address) for one in transfers}
    row = None if first.token is None else names.get(first.token)
    leg = Leg(
        first.token,
        (row.symbol if row else None) or UNNAMED,
        row.decimals if row else None,
        0,
        prices.get(first.token),
        first.standard,
        first.token_id,
    )
    return Movement(
        block=ref,
        tx_hash=transaction.hash,
        tx_index=transaction.position,
        address=address,
        kind=MovementKind.SEND if first.sender == address else MovementKind.RECEIVE,
        legs=(leg,),
        counterparty=others.pop() if len(others) == 1 else None,
        signed=address == transaction.signer,
        marks=frozenset({Mark.ZERO_VALUE}),
    )


def _other(transfer: Transfer, address: bytes) -> bytes:
    return transfer.recipient if transfer.sender == address else transfer.sender
