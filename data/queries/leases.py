"""Leases: who follows a chain, on the database's clock."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select, update

from data.columns import DatabaseNow
from data.queries import insert
from data.tables import chain_leases

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection


async def acquire(
    connection: AsyncConnection, chain: str, owner: str, duration: timedelta
) -> int | None:
    """Take a chain that is nobody's or whose lease ran out; the epoch, None if it is taken.

    Each new holder gets a higher epoch: a write under an older one is void.
    """
    base = insert(connection, chain_leases)
    statement = (
        base.values(chain=chain, owner=owner, epoch=1, until=DatabaseNow(duration))
        .on_conflict_do_update(
            index_elements=["chain"],
            set_={
                "owner": owner,
                "epoch": chain_leases.c.epoch + 1,
                "until": DatabaseNow(duration),
            },
            where=or_(chain_leases.c.until <= DatabaseNow(), chain_leases.c.owner == owner),
        )
        .returning(chain_leases.c.epoch)
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def holds(connection: AsyncConnection, chain: str, epoch: int) -> bool:
    """Whether the chain is still followed under that epoch; until the transaction ends, nobody
    takes it over."""
    held = await connection.execute(_held(connection.dialect.name), {"of": chain})
    return held.scalar_one_or_none() == epoch


@cache
def _held(dialect: str) -> Select[int]:
    statement = select(chain_leases.c.epoch).where(chain_leases.c.chain == bindparam("of"))
    return statement.with_for_update(read=True) if dialect == "postgresql" else statement


async def renew(connection: AsyncConnection, chain: str, epoch: int, duration: timedelta) -> bool:
    """Keep the chain a while longer; False when another has taken it over."""
    result = await connection.execute(
        update(chain_leases)
        .where(chain_leases.c.chain == chain, chain_leases.c.epoch == epoch)
        .values(until=DatabaseNow(duration))
    )
    return result.rowcount == 1


async def give_up(connection: AsyncConnection, chain: str, epoch: int) -> None:
    """End a lease early, so that a standby need not wait for it to run out."""
    await connection.execute(
        update(chain_leases)
        .where(chain_leases.c.chain == chain, chain_leases.c.epoch == epoch)
        .values(until=DatabaseNow())
    )


async def holder(connection: AsyncConnection, chain: str) -> tuple[str, int] | None:
    """Who holds the chain now, and under which epoch; None if nobody does."""
    statement = select(chain_leases.c.owner, chain_leases.c.epoch).where(
        chain_leases.c.chain == chain, chain_leases.c.until > DatabaseNow()
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else (row.owner, row.epoch)
