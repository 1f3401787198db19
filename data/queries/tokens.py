"""What tokens call themselves, as far as they could be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from data.queries import insert
from data.tables import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What a contract answered; None where it did not answer, or nothing usable."""

    address: bytes
    symbol: str | None
    name: str | None
    decimals: int | None


async def of_chain(connection: AsyncConnection, chain: str) -> dict[bytes, TokenRow]:
    """Every token of the chain that was ever read, by address."""
    statement = select(tokens.c.address, tokens.c.symbol, tokens.c.name, tokens.c.decimals).where(
        tokens.c.chain == chain
    )
    return {row.address: TokenRow(*row) for row in await connection.execute(statement)}


async def store(
    connection: AsyncConnection, chain: str, rows: Iterable[TokenRow], now: datetime
) -> None:
    """Keep what was read; a token that was read before keeps its row."""
    values = [
        {
            "chain": chain,
            "address": row.address,
            "symbol": row.symbol,
            "name": row.name,
            "decimals": row.decimals,
            "read_at": now,
        }
        for row in rows
    ]
    if values:
        await connection.execute(insert(connection, tokens).on_conflict_do_nothing(), values)
