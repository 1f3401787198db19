"""The 2048-bit filter over the addresses and topics of logs, as an integer so that unions are
one `|`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from eth_hash.auto import keccak

from sandbox.chain.transaction import Log

BYTES = 256


@lru_cache(maxsize=50_000)
def bits(value: bytes) -> int:
    """The three bits that one address or topic sets."""
    digest = keccak(value)
    bloom = 0
    for at in (0, 2, 4):
        bloom |= 1 << (int.from_bytes(digest[at : at + 2], "big") & 0x7FF)
    return bloom


def of_logs(logs: Iterable[Log]) -> int:
    """The filter that a receipt with these logs carries."""
    bloom = 0
    for log in logs:
        bloom |= bits(log.address)
        for topic in log.topics:
            bloom |= bits(topic)
    return bloom


def may_contain(bloom: int, value: bytes) -> bool:
    """False means: certainly not there."""
    wanted = bits(value)
    return bloom & wanted == wanted
