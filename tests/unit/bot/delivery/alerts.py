"""Alerts, movements and watches as a test wants them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from data.model import (
    Alert,
    AlertState,
    BlockRef,
    Chat,
    ChatKind,
    ChatState,
    Direction,
    Leg,
    Movement,
    MovementKind,
    Price,
    Priority,
    Standard,
    UsdThreshold,
    Watch,
)

NOW = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
BINANCE_14 = bytes.fromhex("28c6c06298d514db089934071355e5743bf21d60")
WALLET = bytes(19) + b"\x77"
STRANGER = bytes(19) + b"\x99"
USDC = bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
FAKE = bytes(19) + b"\xfa"
WETH = bytes.fromhex("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")
COLLECTION = bytes(19) + b"\xd0"


def price(usd: str = "2500", **changes) -> Price:
    fields = {"usd": Decimal(usd), "source": "chainlink", "as_of": NOW - timedelta(minutes=1)}
    return Price(**(fields | changes))


def ether(amount: str, **changes) -> Leg:
    fields = {"token": None, "symbol": "ETH", "decimals": 18, "price": price()}
    return Leg(amount=int(Decimal(amount) * 10**18), **(fields | changes))


def usdc(amount: int) -> Leg:
    return Leg(USDC, "USDC", 6, amount * 10**6, price("1"))


def doodle(number: int, amount: int = 1) -> Leg:
    return Leg(COLLECTION, "Doodles", 0, amount, None, Standard.ERC721, number)


def movement(kind=MovementKind.RECEIVE, legs=(), number=1, **changes) -> Movement:
    fields = {
        "block": BlockRef("ethereum", 18_000_000, bytes(32), bytes(32), NOW),
        "tx_hash": bytes([number]) * 32,
        "tx_index": 0,
        "address": WALLET,
        "kind": kind,
        "legs": tuple(legs) or (ether("1250"),),
        "counterparty": BINANCE_14,
        "signed": False,
        "id": number,
    }
    return Movement(**(fields | changes))


def watch(number=1, **changes) -> Watch:
    fields = {
        "id": number,
        "number": number,
        "chat_id": 7,
        "topic_id": 0,
        "chain": None,
        "address": WALLET,
        "threshold": UsdThreshold(Decimal(100_000)),
        "direction": Direction.BOTH,
        "label": "Cold wallet",
        "muted_until": None,
        "created_at": NOW,
    }
    return Watch(**(fields | changes))


def alert(number=1, **changes) -> Alert:
    fields = {
        "id": number,
        "chain": "ethereum",
        "tx_hash": bytes([number % 256]) * 32,
        "chat_id": 7,
        "topic_id": 0,
        "movement_id": number,
        "watch_id": 1,
        "others": (),
        "priority": Priority.WATCH,
        "state": AlertState.PENDING,
        "reason": None,
        "message_id": None,
        "created_at": NOW,
    }
    return Alert(**(fields | changes))


def chat(**changes) -> Chat:
    fields = {
        "id": 7,
        "kind": ChatKind.PRIVATE,
        "state": ChatState.ACTIVE,
        "default_threshold_usd": Decimal(100_000),
        "muted_until": None,
        "created_at": NOW,
    }
    return Chat(**(fields | changes))
