"""A pool's address follows from its deployer and its tokens (EIP-1014), so nobody need be asked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from eth_hash.auto import keccak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.venues.venue import Deployer

_WORD = 32
MOST_TOKENS = 4
"""A pool of these forms has two; a contract that says it swapped may have moved anything."""


@lru_cache(maxsize=4096)
def derived_name(
    deployers: tuple[Deployer, ...], pool: bytes, tokens: frozenset[bytes]
) -> str | None:
    """Whose pool it is, if it is that of two of the tokens; None if nobody's that is known."""
    if len(tokens) > MOST_TOKENS:
        return None
    pairs = [(one, other) for one in tokens for other in tokens if one < other]
    for deployer in deployers:
        for one, other in pairs:
            if pool in addresses(deployer, one, other):
                return deployer.venue
    return None


def addresses(deployer: Deployer, one: bytes, other: bytes) -> Iterator[bytes]:
    """Where a deployer's pools of two tokens are, in their order by address."""
    if not deployer.fees:
        yield _created(deployer, one + other)
    for fee in deployer.fees:
        words = (one, other, fee.to_bytes(3))
        yield _created(deployer, b"".join(word.rjust(_WORD, b"\0") for word in words))


def _created(deployer: Deployer, salted: bytes) -> bytes:
    made: bytes = keccak(
        b"\xff" + deployer.address + bytes(keccak(salted)) + deployer.init_code_hash
    )
    return made[12:]
