"""Blocks and receipts as nodes answer them: only the fields that are used, still in hex.

Every text is checked where it is turned into bytes or a number: ``BadField`` says which.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from datetime import UTC, datetime

import msgspec

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")
_LATEST_MOMENT = 2**35
"""The year 3058: nothing that is added to a block's time leaves what a datetime can hold."""


class BadField(ValueError):
    """A field that should hold hex does not."""


# gc=False: a block is tens of thousands of these, none of which can be part of a cycle


class RpcTransaction(msgspec.Struct, gc=False):
    """A transaction inside a block. Polygon's state syncs have no sender, recipient or value.

    ``input`` is what a contract is called with, in hex and quotes, of which only the length is of
    interest: a view of the answer, so that it is not copied. ``mint`` is what an OP chain's deposit
    brings along.
    """

    hash: str
    signer: str | None = msgspec.field(name="from", default=None)
    target: str | None = msgspec.field(name="to", default=None)
    value: str = "0x0"
    type: str | None = None
    input: msgspec.Raw = msgspec.Raw()
    mint: str | None = None
    gas_price: str | None = msgspec.field(name="gasPrice", default=None)
    """In a block: what was paid for one gas, tip and all."""


class RpcBlock(msgspec.Struct, rename="camel", gc=False):
    """A block with full transactions.

    Where blocks come faster than seconds, a header may state its milliseconds: Base calls them
    ``timestampMs``, BSC ``milliTimestamp``.
    """

    number: str
    hash: str
    parent_hash: str
    timestamp: str
    logs_bloom: str
    transactions: list[RpcTransaction]
    miner: str | None = None
    receipts_root: str | None = None
    timestamp_ms: str | None = None
    milli_timestamp: str | None = None
    base_fee_per_gas: str | None = None


class RpcHeader(msgspec.Struct, rename="camel", gc=False):
    """A block of which only the place counts."""

    number: str
    hash: str


class RpcLog(msgspec.Struct, rename="camel", gc=False):
    """A log, of a receipt or of ``eth_getLogs``."""

    address: str
    topics: list[str]
    data: str
    block_hash: str
    transaction_hash: str
    removed: bool = False
    transaction_index: str = ""
    log_index: str = ""
    """in the whole block"""


class RpcReceipt(msgspec.Struct, rename="camel", gc=False):
    """A transaction's receipt. Before Byzantium (October 2017) ``root`` stood for ``status``."""

    transaction_hash: str
    block_hash: str
    logs: list[RpcLog]
    contract_address: str | None = None
    status: str | None = None
    root: str | None = None
    block_number: str = ""
    transaction_index: str = ""
    type: str | None = None
    cumulative_gas_used: str | None = None
    deposit_nonce: str | None = None
    deposit_receipt_version: str | None = None
    logs_bloom: str | None = None
    l1_fee: str | None = None
    """In wei: what an OP chain takes besides for the data."""
    gas_used_for_l1: str | None = msgspec.field(name="gasUsedForL1", default=None)
    """Of the gas used: Arbitrum's price of the data."""


def quantity(text: str) -> int:
    """A number of up to 256 bits."""
    if not _QUANTITY.fullmatch(text):
        raise BadField("a number is not in hex")
    return int(text, 16)


def fixed(text: str, size: int) -> bytes:
    """Exactly ``size`` bytes."""
    if len(text) == 2 + 2 * size and text[:2] == "0x":
        try:
            return unhexlify(text[2:])
        except ValueError:
            pass
    raise BadField(f"{size} bytes were expected in hex")


def data(text: str) -> bytes:
    """Bytes of any number."""
    try:
        raw = bytes.fromhex(text[2:])
    except ValueError:
        raw = b""
    if len(text) != 2 + 2 * len(raw) or text[:2] != "0x":
        raise BadField("bytes were expected in hex")
    return raw


def moment(seconds: str, *milliseconds: str | None) -> datetime:
    """A header's time stamp; with milliseconds where it states some that agree with it."""
    whole = quantity(seconds)
    if whole >= _LATEST_MOMENT:
        raise BadField("a time stamp lies outside of time")
    for text in milliseconds:
        if text is not None and _QUANTITY.fullmatch(text):
            exact = int(text, 16)
            if exact // 1000 == whole:
                at = datetime.fromtimestamp(whole, UTC)
                return at.replace(microsecond=exact % 1000 * 1000)
    return datetime.fromtimestamp(whole, UTC)
