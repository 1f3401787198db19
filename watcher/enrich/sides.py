"""What an address gave and what it got for it, without the dust that comes back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from data.model import Standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Leg

_DUST_USD = Decimal(5)
_DUST_SHARE = 1000
_DUST_UNITS = 1000
_DIVISIBLE = 6


class Sides(NamedTuple):
    """The legs that tell what happened, in the order of the movement's."""

    received: tuple[Leg, ...]
    sent: tuple[Leg, ...]

    @property
    def first(self) -> Leg:
        """The most valuable of them."""
        if not self.sent:
            return self.received[0]
        if not self.received:
            return self.sent[0]
        return max(self.received[0], self.sent[0], key=lambda leg: leg.usd or 0)


def sides_of(legs: Sequence[Leg]) -> Sides:
    """Both sides; one of them is left out where it is nothing but dust beside the other.

    Routers give back a few wei of what they did not need: that makes no swap of a payment.
    """
    if len(legs) == 1:
        (only,) = ours = tuple(legs)
        return Sides(ours, ()) if only.amount > 0 else Sides((), ours)
    received = tuple([leg for leg in legs if leg.amount > 0])
    sent = tuple([leg for leg in legs if leg.amount < 0])
    if received and sent:
        if all(_is_dust(leg, sent) for leg in received):
            return Sides((), sent)
        if all(_is_dust(leg, received) for leg in sent):
            return Sides(received, ())
    return Sides(received, sent)


def _is_dust(leg: Leg, others: Sequence[Leg]) -> bool:
    if leg.standard is not Standard.ERC20:
        return False
    if leg.usd is None:
        return (
            leg.decimals is not None
            and leg.decimals >= _DIVISIBLE
            and abs(leg.amount) <= _DUST_UNITS
            and all(abs(other.amount) > _DUST_UNITS for other in others)
        )
    largest = max(other.usd or Decimal(0) for other in others)
    return leg.usd < _DUST_USD and leg.usd * _DUST_SHARE < largest
