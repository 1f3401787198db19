"""A small chain, its tokens, and values in few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from data.chains import known_chains
from data.model import (
    BlockRef,
    Direction,
    Event,
    Leg,
    Movement,
    MovementKind,
    Price,
    Source,
    Standard,
    Threshold,
    Transaction,
    Transfer,
    Watch,
)
from data.queries.tokens import TokenRow

CHAIN = replace(known_chains()["ethereum"], keep_hashes=32, retract_after=3)
WRAPPED = CHAIN.wrapped_native
(USDC,) = (token.address for token in CHAIN.tokens_called("USDC"))
SPAM = b"\x5f" * 20
COLLECTION = b"\xc0" * 20
ALICE, BOB, CAROL, POOL, ROUTER = (bytes([number]) * 20 for number in range(1, 6))
ZERO = bytes(20)
ETHER = 10**18
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
REF = BlockRef("ethereum", 100, b"\xaa" * 32, b"\xa9" * 32, NOON)
TX = b"\x77" * 32

ETH_PRICE = Price(Decimal(3000), "chainlink", NOON)
USDC_PRICE = Price(Decimal(1), "chainlink", NOON)
PRICES: Mapping[bytes | None, Price] = {None: ETH_PRICE, WRAPPED: ETH_PRICE, USDC: USDC_PRICE}
NAMES = {
    WRAPPED: TokenRow(WRAPPED, "WETH", "Wrapped Ether", 18),
    USDC: TokenRow(USDC, "USDC", "USD Coin", 6),
    COLLECTION: TokenRow(COLLECTION, "DOODLE", "Doodles", None),
}


def transfer(sender: bytes, recipient: bytes, amount: int, token: bytes | None = None) -> Transfer:
    source = Source.NATIVE if token is None else Source.LOG
    return Transfer(source, 0, token, sender, recipient, amount)


def numbered(sender: bytes, recipient: bytes, token_id: int, amount: int = 1) -> Transfer:
    """One of a collection; several of one number are an ERC-1155's."""
    standard = Standard.ERC721 if amount == 1 else Standard.ERC1155
    return Transfer(Source.LOG, 0, COLLECTION, sender, recipient, amount, standard, token_id)


def transaction(
    *transfers: Transfer,
    signer: bytes = ALICE,
    target: bytes | None = None,
    pools: frozenset[bytes] = frozenset(),
    tx_hash: bytes = TX,
    events: tuple[Event, ...] = (),
    contracts: frozenset[bytes] = frozenset(),
) -> Transaction:
    return Transaction(tx_hash, 0, signer, target, transfers, pools, events, contracts)


def ether(amount: int, token: bytes | None = None) -> Leg:
    return Leg(token, "ETH" if token is None else "WETH", 18, amount, ETH_PRICE)


def dollars(amount: int) -> Leg:
    return Leg(USDC, "USDC", 6, amount * 10**6, USDC_PRICE)


def movement(*legs: Leg, address: bytes = ALICE, signed: bool = False) -> Movement:
    kind = MovementKind.RECEIVE if legs[0].amount > 0 else MovementKind.SEND
    return Movement(REF, TX, 0, address, kind, legs, None, signed)


def watch(
    threshold: Threshold | None,
    *,
    address: bytes | None = ALICE,
    chain: str | None = None,
    direction: Direction = Direction.BOTH,
    created_at: datetime = NOON - timedelta(days=1),
) -> Watch:
    return Watch(1, 1, 7, 0, chain, address, threshold, direction, None, None, created_at)
