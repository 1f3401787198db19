"""What tokens call themselves. They lie: everything is cut, cleaned, or taken as not said."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from data.queries.tokens import TokenRow
from watcher.evm.multicall import LATEST, read_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.rpc.pool import Pool

SYMBOL = bytes.fromhex("95d89b41")
NAME = bytes.fromhex("06fdde03")
DECIMALS = bytes.fromhex("313ce567")
LONGEST_SYMBOL = 32
LONGEST_NAME = 64
_READS = (SYMBOL, NAME, DECIMALS)


async def read_tokens(
    pool: Pool, multicall3: bytes, addresses: Sequence[bytes], *, within: float
) -> list[TokenRow]:
    """Symbol, name and decimals of each address, in order. Raises RpcError when nobody answers."""
    reads = [(address, selector) for address in addresses for selector in _READS]
    results = await read_all(pool, multicall3, reads, LATEST, within=within)
    return [
        TokenRow(
            address,
            text_in(results[3 * position], LONGEST_SYMBOL),
            text_in(results[3 * position + 1], LONGEST_NAME),
            decimals_in(results[3 * position + 2]),
        )
        for position, address in enumerate(addresses)
    ]


def text_in(data: bytes | None, longest: int) -> str | None:
    """A ``string``, or the ``bytes32`` of old tokens; printable, at most ``longest`` characters."""
    if not data:
        return None
    if len(data) == 32:
        raw = data.rstrip(b"\0")
    else:
        try:
            (raw,) = decode(["bytes"], data)
        except (DecodingError, ValueError, OverflowError):
            return None
    text = raw[: 8 * longest].decode("utf-8", errors="ignore")
    # Cc, Cf, Cs, Co, Cn: control and bidi marks, surrogates, and what no font has
    kept = "".join(c if not unicodedata.category(c).startswith("C") else " " for c in text)
    return " ".join(kept.split())[:longest].strip() or None


def decimals_in(data: bytes | None) -> int | None:
    """A ``uint8``; None for anything else."""
    if data is None or len(data) != 32:
        return None
    value = int.from_bytes(data)
    return value if value <= 255 else None
