"""Native coin that moved inside a transaction, where no log shows it, as far as it is certain.

A wrapped coin's withdrawal pays native coin to whoever withdraws. A known router keeps nothing:
what it unwraps in a transaction that calls it goes on to the signer, if they gave a token and got
none. Where it unwraps several times, one of them may be a token's own sale of its fees, and nothing
is concluded; nor where traces or logs of native coin show what moved inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Source, Transfer
from data.venues import VenueKind

if TYPE_CHECKING:
    from data.model import Chain, Transaction
    from data.venues import Venues

_DOORS = frozenset({VenueKind.AGGREGATOR, VenueKind.ROUTER, VenueKind.LENDING})


def with_unseen(
    chain: Chain, venues: Venues, transaction: Transaction
) -> tuple[Transfer, ...] | list[Transfer]:
    """The transfers, and after them what a known router unwrapped for the signer."""
    transfers, signer = transaction.transfers, transaction.signer
    target = venues.at(transaction.target)
    if target is None or target.kind not in _DOORS:
        return transfers
    if any(one.token is None and one.source is not Source.NATIVE for one in transfers):
        return transfers
    door, wrapped = transaction.target, chain.wrapped_native
    unwrapped = [one for one in transfers if one.token == wrapped and one.recipient == wrapped]
    unwrapped = [one for one in unwrapped if one.sender == door]
    of_tokens = [one for one in transfers if one.token is not None]
    if (
        door is None
        or len(unwrapped) != 1
        or not any(one.sender == signer for one in of_tokens)
        or any(one.recipient == signer for one in of_tokens)
        or sum(_change(one, door) for one in of_tokens if one.token == wrapped) != 0
    ):
        return transfers
    amount = unwrapped[0].amount
    hops = enumerate(((wrapped, door), (door, signer)))
    found = [Transfer(Source.TRACE, place, None, *parties, amount) for place, parties in hops]
    return [*transfers, *found]


def _change(transfer: Transfer, address: bytes) -> int:
    """By how much a transfer changed what somebody has."""
    return transfer.amount * ((transfer.recipient == address) - (transfer.sender == address))
