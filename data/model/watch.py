"""A chat's interest: in an address, or in a whole chain (a feed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from data.model.block import Standard
from data.model.scope import EVERYTHING, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.model.movement import Leg


FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when something is muted that nobody will hear of again by itself."""


@dataclass(frozen=True, slots=True)
class UsdThreshold:
    """At least so many dollars."""

    usd: Decimal


@dataclass(frozen=True, slots=True)
class UnitThreshold:
    """At least so many units of one asset, as a person typed it: ``quantity`` of ``symbol``.

    ``amounts`` holds what that means in base units for each (chain, token) it was resolved to
    when it was typed; the token is None for the native coin.
    """

    quantity: Decimal
    symbol: str
    amounts: Mapping[tuple[str, bytes | None], int]

    def needed(self, chain: str, leg: Leg) -> int | None:
        """How many base units of a leg's asset are asked for on a chain; None of an asset that does
        not count, as nothing does that has a number: one of a collection is no unit of a token."""
        if leg.standard is not Standard.ERC20:
            return None
        return self.amounts.get((chain, leg.token))


Threshold = UsdThreshold | UnitThreshold


class Direction(StrEnum):
    """Which side of the address counts."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class Unpriced(StrEnum):
    """What a watch with a threshold in USD does about movements that have no price."""

    IGNORE = "ignore"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Watch:
    """One line of a watchlist; ``number`` is its name within the chat.

    ``chain`` None means every chain; ``address`` None makes it a feed; ``threshold`` None
    takes the chat's default. ``id`` is the database's.
    """

    id: int
    number: int
    chat_id: int
    topic_id: int
    chain: str | None
    address: bytes | None
    threshold: Threshold | None
    direction: Direction
    label: str | None
    muted_until: datetime | None
    created_at: datetime
    unpriced: Unpriced = Unpriced.IGNORE
    scope: Scope = EVERYTHING

    @property
    def is_feed(self) -> bool:
        """Whether it watches a whole chain instead of an address."""
        return self.address is None
