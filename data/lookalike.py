"""Addresses that are made to be taken for another one by whoever reads its ends only."""

from __future__ import annotations

from decimal import Decimal

DUST_USD = Decimal(1)
"""What is worth less is sent to be seen, not to pay: a look-alike in a history costs its maker a
few cents. Who gets more than that from a stranger wants to hear of it."""
LEAST_AT_AN_END, LEAST_TOGETHER = 3, 7
"""Hex digits that both addresses begin and end with, and how many that are in all.

Wallets and explorers show four at each end or more, and who poisons makes up as many as that; some
save work and have three at one of the ends. Three at both would be met by chance: once in 17
million pairs, and an exchange's wallet deals with a hundred thousand addresses.
"""
_DIGITS = 40


def looks_alike(one: bytes, other: bytes) -> bool:
    """Whether one address can be taken for the other: the same ends, and not the same address."""
    if one == other:
        return False
    mine, theirs = one.hex(), other.hex()
    begin = _in_common(mine, theirs)
    end = _in_common(mine[::-1], theirs[::-1])
    return min(begin, end) >= LEAST_AT_AN_END and begin + end >= LEAST_TOGETHER


def neighbourhood(address: bytes) -> tuple[bytes, bytes]:
    """The lowest and the highest address that begins like it: what looks like it lies between."""
    begin = address.hex()[:LEAST_AT_AN_END]
    return bytes.fromhex(begin.ljust(_DIGITS, "0")), bytes.fromhex(begin.ljust(_DIGITS, "f"))


def _in_common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    for position, (mine, theirs) in enumerate(zip(one, other, strict=True)):
        if mine != theirs:
            return position
    return len(one)
