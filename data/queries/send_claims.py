"""Claims of sends in the database, while Redis is away: as ``data.redis.claims``, key by key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from data.columns import DatabaseNow
from data.queries import insert
from data.tables import send_claims

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

KEPT_FOR = timedelta(days=7)


async def of_keys(
    connection: AsyncConnection, keys: Sequence[str]
) -> dict[str, tuple[str, int | None, timedelta]]:
    """What there is of them: owner, Telegram's id of the message if it was sent, and how long the
    claim still holds (less than nothing when it ran out)."""
    columns: tuple[Any, ...] = (send_claims, DatabaseNow().label("now"))
    statement = select(*columns).where(send_claims.c.key.in_(keys))
    rows = await connection.execute(statement)
    return {row.key: (row.owner, row.telegram_id, _left(row.until, row.now)) for row in rows}


async def claim(
    connection: AsyncConnection, keys: Sequence[str], owner: str, duration: timedelta
) -> None:
    """Take them, whosever they were."""
    if not keys:
        return
    base = insert(connection, send_claims)
    await connection.execute(
        base.values(until=DatabaseNow(duration), owner=owner).on_conflict_do_update(
            index_elements=["key"], set_={"owner": owner, "until": DatabaseNow(duration)}
        ),
        [{"key": key} for key in sorted(keys)],
    )


async def sent(connection: AsyncConnection, keys: Sequence[str], telegram_id: int) -> None:
    """Telegram has accepted them as that message."""
    await connection.execute(
        update(send_claims).where(send_claims.c.key.in_(keys)).values(telegram_id=telegram_id)
    )


async def forget(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """They certainly were not sent."""
    await connection.execute(delete(send_claims).where(send_claims.c.key.in_(keys)))


async def doubt(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """Nobody knows how they ended: the next claim finds them run out."""
    await connection.execute(
        update(send_claims).where(send_claims.c.key.in_(keys)).values(until=DatabaseNow())
    )


async def are_any(connection: AsyncConnection) -> bool:
    """Whether there is one at all."""
    return (await connection.execute(select(send_claims.c.key).limit(1))).first() is not None


async def forget_old(connection: AsyncConnection) -> None:
    """Delete those that nobody can need any more; reads them all."""
    old = send_claims.c.until < DatabaseNow(-KEPT_FOR)
    await connection.execute(delete(send_claims).where(old))


def _left(until: datetime, now: datetime) -> timedelta:
    return until - now
