"""Blocks and receipts as nodes answer them: only the fields that are used, still in hex.

Every text is checked where it is turned into bytes or a number: ``BadField`` says which. There are
tens of thousands of them in a block, so that the garbage collector is not to look at them (``gc``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")
_LATEST_MOMENT = 2**35
"""The year 3058: nothing that is added to a block's time leaves what a datetime can hold."""


class BadField(ValueError):
    """A field that should hold hex does not."""


class RpcTransaction(msgspec.Struct, gc=False):
    """A transaction inside a block."""

    hash: str
    signer: str = msgspec.field(name="from")
    target: str | None = msgspec.field(name="to")
    value: str


class RpcBlock(msgspec.Struct, rename="camel"):
    """A block with full transactions."""

    number: str
    hash: str
    parent_hash: str
    timestamp: str
    logs_bloom: str
    transactions: list[RpcTransaction]


class RpcLog(msgspec.Struct, rename="camel", gc=False):
    """A log inside a receipt."""

    address: str
    topics: list[str]
    data: str
    block_hash: str
    transaction_hash: str
    removed: bool = False


class RpcReceipt(msgspec.Struct, rename="camel", gc=False):
    """A transaction's receipt. Before Byzantium (October 2017) ``root`` stood for ``status``."""

    transaction_hash: str
    block_hash: str
    logs: list[RpcLog]
    contract_address: str | None = None
    status: str | None = None
    root: str | None = None


def quantity(text: str) -> int:
    """A number of up to 256 bits."""
    if not _QUANTITY.fullmatch(text):
        raise BadField("a number is not in hex")
    return int(text, 16)


def fixed(text: str, size: int) -> bytes:
    """Exactly ``size`` bytes."""
    try:
        raw = bytes.fromhex(text[2:])
    except ValueError:
        raw = b""
    # fromhex passes over white space, so that the text's length counts as well
    if len(raw) != size or len(text) != 2 + 2 * size or text[:2] != "0x":
        raise BadField(f"{size} bytes were expected in hex")
    return raw


def moment(text: str) -> datetime:
    """A header's time stamp."""
    seconds = quantity(text)
    if seconds >= _LATEST_MOMENT:
        raise BadField("a time stamp lies outside of time")
    return datetime.fromtimestamp(seconds, UTC)
