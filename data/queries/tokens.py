"""What tokens call themselves, as far as they could be read."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import select

from data.queries import insert
from data.tables import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

_AT_ONCE = 500  # SQLite takes no statement with tens of thousands of values


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What a contract answered; None where it did not answer, or nothing usable."""

    address: bytes
    symbol: str | None
    name: str | None
    decimals: int | None


async def of_addresses(
    connection: AsyncConnection, chain: str, addresses: Sequence[bytes]
) -> dict[bytes, TokenRow]:
    """Those of the tokens that were read before."""
    columns = select(tokens.c.address, tokens.c.symbol, tokens.c.name, tokens.c.decimals)
    found: dict[bytes, TokenRow] = {}
    for start in range(0, len(addresses), _AT_ONCE):
        some = tokens.c.address.in_(addresses[start : start + _AT_ONCE])
        rows = await connection.execute(columns.where(tokens.c.chain == chain, some))
        found |= {row.address: TokenRow(*row) for row in rows}
    return found


async def store(
    connection: AsyncConnection, chain: str, rows: Iterable[TokenRow], now: datetime
) -> None:
    """Keep what was read; a token that was read before keeps its row.

    In the order of their addresses: who looks ahead meets the same tokens as who commits, and
    neither may wait for the other's.
    """
    values = [
        {
            "chain": chain,
            "address": row.address,
            "symbol": row.symbol,
            "name": row.name,
            "decimals": row.decimals,
            "read_at": now,
        }
        for row in sorted(rows, key=attrgetter("address"))
    ]
    if values:
        await connection.execute(insert(connection, tokens).on_conflict_do_nothing(), values)
