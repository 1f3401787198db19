"""What one transaction did to one address, net per asset, and what that was worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from data.model.block import Standard

if TYPE_CHECKING:
    from datetime import datetime

    from data.model.block import BlockRef


_NOTHING = Decimal(0)


@cache
def _whole(decimals: int) -> Decimal:
    """How many base units are one; a token has 0 to 255 decimals."""
    return Decimal(10) ** decimals


class PriceState(StrEnum):
    """How far a price is to be believed; an asset without a price has no Price at all."""

    PRICED = "priced"
    THIN = "thin"
    UNPRICED = "unpriced"


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one whole unit. ``source`` says who said so, ``as_of`` when they did (UTC).

    ``at_most`` is what any amount is worth at most, in USD: the liquidity behind a thin price.
    """

    usd: Decimal
    source: str
    as_of: datetime
    state: PriceState = PriceState.PRICED
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One asset's net change for one address: ``amount`` in base units, received is positive.

    ``token`` is None for the native coin. ``decimals`` is None where the token does not say.
    ``token_id`` numbers the asset of an ERC-721 or ERC-1155, None otherwise.
    """

    token: bytes | None
    symbol: str
    decimals: int | None
    amount: int
    price: Price | None = None
    standard: Standard = Standard.ERC20
    token_id: int | None = None
    usd: Decimal | None = field(init=False, repr=False, compare=False)
    """What the change was worth, never negative; None without a price."""

    def __post_init__(self) -> None:
        usd = None
        if self.price is not None and self.decimals is not None:
            usd = abs(self.amount) * self.price.usd / _whole(self.decimals)
            if self.price.at_most is not None:
                usd = min(usd, self.price.at_most)
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
    DEPOSIT = "deposit"
    """into a bridge, a lending market or a staking contract that a table knows"""
    WITHDRAW = "withdraw"
    """out of one"""
    BORROW = "borrow"
    """from a lending market that a table knows"""
    REPAY = "repay"
    """to one"""


class Mark(StrEnum):
    """What is suspicious about a movement, whoever looks at it."""

    IMITATION = "imitation"
    """a token that calls itself like a known one, or nearly"""
    AIRDROP = "airdrop"
    """one transaction that gave the same token to very many"""
    ZERO_VALUE = "zero value"
    """nothing moved; somebody wants to be seen in a history"""


@dataclass(frozen=True, slots=True)
class Movement:
    """The net effect of one transaction on one address.

    ``counterparty`` is the other side of the largest leg; None when there were several.
    ``signed`` tells whether the address paid for the transaction.
    ``venue`` is the known protocol in which it happened: ``Uniswap v3``, ``Aave v3``.
    ``marks`` are reasons not to believe it.
    ``is_contract`` and ``counterparty_is_contract``: whether the block shows these addresses to be
    contracts; False for whoever signed, None where the block does not tell.
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
    venue: str | None = None
    marks: frozenset[Mark] = frozenset()
    is_contract: bool | None = None
    counterparty_is_contract: bool | None = None
    usd_in: Decimal = field(init=False, repr=False, compare=False)
    """Worth of everything received, as far as it has a price."""
    usd_out: Decimal = field(init=False, repr=False, compare=False)
    """Worth of everything sent, as far as it has a price."""
    usd: Decimal | None = field(init=False, repr=False, compare=False)
    """The movement's value: the larger side; None when nothing in it has a price."""
    price_state: PriceState = field(init=False, repr=False, compare=False)
    """How far its value is to be believed: thin where any leg's price is."""

    def __post_init__(self) -> None:
        received = sent = _NOTHING
        is_priced = False
        state = PriceState.UNPRICED
        for leg in self.legs:
            if leg.usd is not None and leg.price is not None:
                is_priced = True
                if state is not PriceState.THIN:
                    state = leg.price.state
                if leg.amount > 0:
                    received += leg.usd
                else:
                    sent += leg.usd
        object.__setattr__(self, "usd_in", received)
        object.__setattr__(self, "usd_out", sent)
        object.__setattr__(self, "usd", max(received, sent) if is_priced else None)
        object.__setattr__(self, "price_state", state)

    def stored_as(self, number: int) -> Movement:
        """The same as the database has it: with its id, on the chain's branch."""
        twin = object.__new__(Movement)
        for name in Movement.__slots__:
            object.__setattr__(twin, name, getattr(self, name))  # what it is worth stays the same
        object.__setattr__(twin, "id", number)
        object.__setattr__(twin, "orphaned", False)
        return twin
