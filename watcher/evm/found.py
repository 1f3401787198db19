"""Single transactions and their receipts as nodes answer them, read into nouns.

Every reading function raises GarbledAnswer for what is malformed.
"""

from __future__ import annotations

import msgspec

from data.model import Inclusion, Wish
from data.model.block import ZERO_ADDRESS
from watcher.evm.keccak import keccak
from watcher.evm.wire import BadField, data, fixed, quantity
from watcher.rpc.errors import GarbledAnswer

_DIGEST = 8


class RpcFound(msgspec.Struct, rename="camel"):
    """A transaction by its hash; without a block it is pending."""

    hash: str
    signer: str | None = msgspec.field(name="from", default=None)
    target: str | None = msgspec.field(name="to", default=None)
    nonce: str = "0x0"
    value: str = "0x0"
    input: str = "0x"
    gas_price: str | None = None
    max_fee_per_gas: str | None = None
    max_priority_fee_per_gas: str | None = None
    block_hash: str | None = None


class RpcOutcome(msgspec.Struct, rename="camel"):
    """What a receipt says of a transaction as a whole."""

    transaction_hash: str
    block_hash: str
    block_number: str
    gas_used: str
    status: str | None = None
    effective_gas_price: str | None = None
    l1_fee: str | None = None


def wish_in(found: RpcFound) -> Wish:
    """What a transaction says of itself."""
    try:
        called = data(found.input)
        tip = found.max_priority_fee_per_gas
        return Wish(
            fixed(found.signer, 20) if found.signer else ZERO_ADDRESS,
            fixed(found.target, 20) if found.target else None,
            quantity(found.nonce),
            quantity(found.value),
            quantity(found.max_fee_per_gas or found.gas_price or "0x0"),
            None if tip is None else quantity(tip),
            keccak(called)[:_DIGEST].hex() if called else "",
        )
    except BadField as error:
        raise GarbledAnswer(f"a transaction is malformed: {error}") from None


def inclusion_in(told: RpcOutcome) -> Inclusion:
    """The block that a receipt is of, and what came of it there."""
    try:
        price, l1_fee = told.effective_gas_price, told.l1_fee
        return Inclusion(
            quantity(told.block_number),
            fixed(told.block_hash, 32),
            # before Byzantium (October 2017) nobody said
            told.status in {"0x1", None},
            quantity(told.gas_used),
            None if price is None else quantity(price),
            None if l1_fee is None else quantity(l1_fee),
        )
    except BadField as error:
        raise GarbledAnswer(f"a receipt is malformed: {error}") from None


def fixed_in(text: str, size: int) -> bytes:
    """Exactly so many bytes."""
    try:
        return fixed(text, size)
    except BadField as error:
        raise GarbledAnswer(f"a hash is malformed: {error}") from None


def number_in(text: str) -> int:
    """A count."""
    try:
        return quantity(text)
    except BadField as error:
        raise GarbledAnswer(f"a nonce is malformed: {error}") from None
