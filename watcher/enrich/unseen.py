"""Native coin that moved inside a transaction, where no log shows it, as far as it is certain.

A wrapped coin's withdrawal pays native coin to whoever withdraws. A known router keeps nothing:
what it unwraps for somebody who sold through it goes on to them. Where traces or logs of native
coin show what moved inside, nothing is concluded.
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
    wrapped = chain.wrapped_native
    held: dict[bytes, int] = {}
    unwrapped: dict[bytes, int] = {}
    gave = False
    for one in transfers:
        gave = gave or (one.sender == signer and one.token is not None)
        if one.token != wrapped:
            continue
        if one.recipient == wrapped:
            unwrapped[one.sender] = unwrapped.get(one.sender, 0) + one.amount
        held[one.sender] = held.get(one.sender, 0) - one.amount
        held[one.recipient] = held.get(one.recipient, 0) + one.amount
    made = [
        (door, amount)
        for door, amount in unwrapped.items()
        if held[door] == 0 and _is_door(venues, door)
    ]
    if not gave or not made:
        return transfers
    found = list(transfers)
    for number, (door, amount) in enumerate(made):
        for hop, (sender, recipient) in enumerate(((wrapped, door), (door, signer))):
            position = 2 * number + hop
            found.append(Transfer(Source.TRACE, position, None, sender, recipient, amount))
    return found


def _is_door(venues: Venues, address: bytes) -> bool:
    known = venues.at(address)
    return known is not None and known.kind in _DOORS
