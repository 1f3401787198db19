"""Native coin that moved inside a transaction, where no log shows it, as far as it is certain.

A wrapped coin's withdrawal pays native coin to whoever withdraws. A known router keeps nothing:
what it unwraps in a transaction that calls it goes on to the signer, if they gave a token and got
none; and of the native coin that they sent along, what it did not wrap for the pools goes back to
them, if they got a token. Where it unwraps several times, or a token's contract sends its own
token, what is unwrapped may be the token's own sale of its fees, and nothing is concluded; nor
where traces or logs of native coin show what moved inside.

On some chains the wrapped coin is minted and burned like any other token: there, too, it comes from
its own contract and goes back there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.model import Source, Transfer
from data.model.block import ZERO_ADDRESS
from data.venues import VenueKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Transaction
    from data.venues import Venues

_DOORS = frozenset({VenueKind.AGGREGATOR, VenueKind.ROUTER, VenueKind.LENDING})
_Hop = tuple[bytes, bytes, int]
"""From whom to whom, and how much."""


def with_unseen(
    chain: Chain, venues: Venues, transaction: Transaction
) -> tuple[Transfer, ...] | list[Transfer]:
    """The transfers, and after them what a known router unwrapped for the signer or gave back."""
    transfers = transaction.transfers
    if chain.wraps_by_minting:
        transfers = tuple([_wrapping(one, chain.wrapped_native) for one in transfers])
    target = venues.at(transaction.target)
    if target is None or target.kind not in _DOORS or transaction.target is None:
        return transfers
    if any(one.token is None and one.source is not Source.NATIVE for one in transfers):
        return transfers
    wrapped = chain.wrapped_native
    of_tokens = [one for one in transfers if one.token is not None]
    if any(one.sender == one.token and one.token != wrapped for one in of_tokens):
        return transfers
    router = _Router(transaction.target, wrapped, transaction.signer, of_tokens)
    if router.kept():
        return transfers
    hops = router.paid_out()
    if not hops and target.kind is VenueKind.ROUTER and _in_pairs(venues, transaction):
        hops = router.given_back(transaction)
    found = [
        Transfer(Source.TRACE, place, None, sender, recipient, amount)
        for place, (sender, recipient, amount) in enumerate(hops)
    ]
    return [*transfers, *found] if found else transfers


class _Router(NamedTuple):
    """The known contract that was called, and what tokens moved meanwhile."""

    address: bytes
    wrapped: bytes
    signer: bytes
    of_tokens: Sequence[Transfer]

    def kept(self) -> int:
        """How much more wrapped coin it has than before."""
        ours = [one for one in self.of_tokens if one.token == self.wrapped]
        return sum(_change(one, self.address) for one in ours)

    def paid_out(self) -> list[_Hop]:
        """The way of what it unwrapped for a signer who sold something for it."""
        unwrapped = self._between(self.address, self.wrapped)
        if len(unwrapped) != 1 or not self._gave() or self._got():
            return []
        return [
            (self.wrapped, self.address, unwrapped[0]),
            (self.address, self.signer, unwrapped[0]),
        ]

    def given_back(self, transaction: Transaction) -> list[_Hop]:
        """What it did not need of the coin that the signer sent along to buy something."""
        sent = sum(
            one.amount
            for one in transaction.transfers
            if one.token is None and (one.sender, one.recipient) == (self.signer, self.address)
        )
        spent = sum(self._between(self.wrapped, self.address))
        spent -= sum(self._between(self.address, self.wrapped))
        if not 0 < spent < sent or not self._got():
            return []
        return [(self.address, self.signer, sent - spent)]

    def _gave(self) -> bool:
        return any(one.sender == self.signer for one in self.of_tokens)

    def _got(self) -> bool:
        return any(one.recipient == self.signer for one in self.of_tokens)

    def _between(self, sender: bytes, recipient: bytes) -> list[int]:
        return [
            one.amount
            for one in self.of_tokens
            if one.token == self.wrapped and (one.sender, one.recipient) == (sender, recipient)
        ]


def _in_pairs(venues: Venues, transaction: Transaction) -> bool:
    """Whether it was exchanged by pools of tokens alone: those that hold everybody's assets, which
    the table knows, take native coin as it is, where nobody sees it."""
    places = [venues.at(pool) for pool in transaction.pools]
    return bool(places) and not any(
        one is not None and one.kind is VenueKind.POOL for one in places
    )


def _wrapping(transfer: Transfer, wrapped: bytes) -> Transfer:
    if transfer.token != wrapped:
        return transfer
    if transfer.sender == ZERO_ADDRESS:
        return transfer._replace(sender=wrapped)
    return transfer._replace(recipient=wrapped) if transfer.recipient == ZERO_ADDRESS else transfer


def _change(transfer: Transfer, address: bytes) -> int:
    """By how much a transfer changed what somebody has."""
    return transfer.amount * ((transfer.recipient == address) - (transfer.sender == address))
