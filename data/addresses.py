"""Addresses: 20 bytes inside, EIP-55 on the screen."""

from __future__ import annotations

import re

from eth_hash.auto import keccak

from data.errors import InputError

_SHAPE = re.compile(r"0[xX][0-9a-fA-F]{40}")


def checksummed(address: bytes) -> str:
    """The EIP-55 form of 20 bytes."""
    digits = address.hex()
    nibbles = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit
        for digit, nibble in zip(digits, nibbles, strict=False)
    )


def parse_address(text: str) -> bytes:
    """The 20 bytes of a well-formed address.

    Raises InputError for anything else, and for mixed case whose checksum does not hold.
    """
    if not _SHAPE.fullmatch(text):
        raise InputError(
            "An address is 0x and 40 digits or letters a–f, like the explorer shows it."
        )
    digits = text[2:]
    address = bytes.fromhex(digits)
    mixed = digits not in (digits.lower(), digits.upper())
    if mixed and checksummed(address)[2:] != digits:
        raise InputError(
            "The capital letters of that address don't fit its checksum, so a letter is probably"
            " wrong: copy it again."
        )
    return address
