"""Pauses: chains that an operator lets rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from data.model import ChainPause
from data.queries import insert
from data.tables import chain_pauses

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

_LONGEST_NAME = 64


def _pause(row: Any) -> ChainPause:
    return ChainPause(row.chain, row.paused_by, row.who, row.paused_at)


async def pause(
    connection: AsyncConnection, chain: str, by: int, who: str, now: datetime
) -> ChainPause:
    """Let a chain rest; one that rests already goes on doing so by the first word."""
    await connection.execute(
        insert(connection, chain_pauses)
        .values(chain=chain, paused_by=by, who=who[:_LONGEST_NAME], paused_at=now)
        .on_conflict_do_nothing(index_elements=["chain"])
    )
    found = await of_chain(connection, chain)
    assert found is not None
    return found


async def resume(connection: AsyncConnection, chain: str) -> bool:
    """End a pause; False where there was none."""
    gone = await connection.execute(delete(chain_pauses).where(chain_pauses.c.chain == chain))
    return gone.rowcount > 0


async def of_chain(connection: AsyncConnection, chain: str) -> ChainPause | None:
    """The pause that holds; None while the chain is to be followed."""
    statement = select(chain_pauses).where(chain_pauses.c.chain == chain)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _pause(row)


async def all_of(connection: AsyncConnection) -> dict[str, ChainPause]:
    """All that hold, by chain."""
    return {row.chain: _pause(row) for row in await connection.execute(select(chain_pauses))}
