"""What one transaction did to one address, net per asset, and what that was worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from data.model.block import BlockRef


_NOTHING = Decimal(0)


class PriceState(StrEnum):
    """How far a price is to be believed; an asset without a price has no Price at all."""

    PRICED = "priced"
    THIN = "thin"


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one whole unit. ``source`` says who said so, ``as_of`` when they did (UTC)."""

    usd: Decimal
    source: str
    as_of: datetime
    state: PriceState = PriceState.PRICED


@dataclass(frozen=True, slots=True)
class Leg:
    """One asset's net change for one address: ``amount`` in base units, received is positive.

    ``token`` is None for the native coin. ``decimals`` is None where the token does not say.
    """

    token: bytes | None
    symbol: str
    decimals: int | None
    amount: int
    price: Price | None = None
    usd: Decimal | None = field(init=False, repr=False, compare=False)
    """What the change was worth, never negative; None without a price."""

    def __post_init__(self) -> None:
        usd = None
        if self.price is not None and self.decimals is not None:
            usd = abs(self.amount) * self.price.usd / Decimal(10) ** self.decimals
        object.__setattr__(self, "usd", usd)


class MovementKind(StrEnum):
    """What happened, seen from the address."""

    RECEIVE = "receive"
    SEND = "send"
    SWAP = "swap"
    MINT = "mint"
    BURN = "burn"
    WRAP = "wrap"
    UNWRAP = "unwrap"


@dataclass(frozen=True, slots=True)
class Movement:
    """The net effect of one transaction on one address.

    ``counterparty`` is the other side of the largest leg; None when there were several.
    ``signed`` tells whether the address paid for the transaction.
    ``orphaned`` while a reorg has taken its block away and no other has brought it back.
    ``id`` is the database's, None before it was stored.
    """

    block: BlockRef
    tx_hash: bytes
    tx_index: int
    address: bytes
    kind: MovementKind
    legs: tuple[Leg, ...]
    counterparty: bytes | None
    signed: bool
    orphaned: bool = False
    id: int | None = None
    usd_in: Decimal = field(init=False, repr=False, compare=False)
    """Worth of everything received, as far as it has a price."""
    usd_out: Decimal = field(init=False, repr=False, compare=False)
    """Worth of everything sent, as far as it has a price."""
    usd: Decimal | None = field(init=False, repr=False, compare=False)
    """The movement's value: the larger side; None when nothing in it has a price."""

    def __post_init__(self) -> None:
        received = sent = _NOTHING
        is_priced = False
        for leg in self.legs:
            if leg.usd is not None:
                is_priced = True
                if leg.amount > 0:
                    received += leg.usd
                else:
                    sent += leg.usd
        object.__setattr__(self, "usd_in", received)
        object.__setattr__(self, "usd_out", sent)
        object.__setattr__(self, "usd", max(received, sent) if is_priced else None)
