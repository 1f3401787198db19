"""The two hexadecimal forms of JSON-RPC, and how addresses are read from what people write."""

from __future__ import annotations

WORD = 32


def quantity(number: int) -> str:
    """A number as the RPC writes it: no leading zeros."""
    return hex(number)


def data(raw: bytes) -> str:
    """Bytes as the RPC writes them."""
    return "0x" + raw.hex()


def address(text: str) -> bytes:
    """20 bytes from a 0x address, whatever its case; ValueError for anything else."""
    return _fixed(text, 20)


def word(text: str) -> bytes:
    """32 bytes from a 0x hash or topic; ValueError for anything else."""
    return _fixed(text, WORD)


def padded(raw: bytes) -> bytes:
    """An address as a topic: left-padded to a word."""
    return raw.rjust(WORD, b"\0")


def uint(number: int) -> bytes:
    """A number as an ABI word."""
    return number.to_bytes(WORD, "big")


def _fixed(text: str, size: int) -> bytes:
    if not text.startswith("0x"):
        raise ValueError(f"{text[:80]!r} does not start with 0x")
    raw = bytes.fromhex(text[2:])
    if len(raw) != size:
        raise ValueError(f"{text[:80]!r} has {len(raw)} bytes, {size} are wanted")
    return raw
