"""Whether two sources agree on a price. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from data.model import PriceState

if TYPE_CHECKING:
    from data.model import Price

BOUND = Decimal("0.05")
"""A feed may lag the market by its deviation, 2 % at the most among those in the tables, and the
other source by some minutes: what is further apart than this is wrong on one side."""
AS_FRESH = timedelta(hours=1)
"""What is older than the other by more contradicts nobody: prices move."""


def checked(price: Price, other: Price | None) -> Price:
    """The price, thin where the other source contradicts it; what nobody tells of stays."""
    if other is None or price.state is not PriceState.PRICED:
        return price
    if other.state is not PriceState.PRICED or price.as_of - other.as_of > AS_FRESH:
        return price
    low, high = sorted((price.usd, other.usd))
    if high - low <= BOUND * high:
        return price
    return replace(price, state=PriceState.THIN)
