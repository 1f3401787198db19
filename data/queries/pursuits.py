"""Pursuits: transactions that chats asked to be followed.

The watcher writes what became of them, and only where they are still at the revision that it read;
the bot writes which revision its message shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, literal, or_, select, update

from data.columns import UtcTime
from data.model import Pursuit, PursuitState, Told
from data.queries import among
from data.tables import pursuits

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


def _pursuit(row: Any) -> Pursuit:
    values = row._asdict()
    state = PursuitState(values.pop("state"))
    told = msgspec.convert(values.pop("told"), Told)
    return Pursuit(**values, state=state, told=told)


def _plain(told: Told) -> Any:
    return msgspec.to_builtins(told)


async def begin(
    connection: AsyncConnection,
    *,
    chat_id: int,
    topic_id: int,
    telegram_id: int,
    tx_hash: bytes,
    chain: str | None,
    now: datetime,
) -> int:
    """Have a transaction followed, on a chain or on whichever has it; our id."""
    statement = pursuits.insert().values(
        chat_id=chat_id,
        topic_id=topic_id,
        telegram_id=telegram_id,
        tx_hash=tx_hash,
        chain=chain,
        state=PursuitState.SEARCHING,
        told=_plain(Told()),
        revision=1,
        shown_revision=1,
        asked_at=now,
        changed_at=now,
    )
    result = await connection.execute(statement.returning(pursuits.c.id))
    return int(result.scalar_one())


async def move(connection: AsyncConnection, one: Pursuit, telegram_id: int) -> None:
    """Go on in another message, which shows it as it was read."""
    await connection.execute(
        update(pursuits)
        .where(pursuits.c.id == one.id)
        .values(telegram_id=telegram_id, shown_revision=one.revision)
    )


async def of_chat(connection: AsyncConnection, chat_id: int) -> list[Pursuit]:
    """The chat's pursuits that have not ended, oldest first."""
    statement = (
        select(pursuits)
        .where(pursuits.c.chat_id == chat_id, pursuits.c.ended_at.is_(None))
        .order_by(pursuits.c.id)
    )
    return [_pursuit(row) for row in await connection.execute(statement)]


async def still_open(
    connection: AsyncConnection, chain: str, limit: int, after: int = 0
) -> list[Pursuit]:
    """Those that a chain's watcher has to look after, by id, from behind ``after`` on: the chain's
    own, and those that may be on any."""
    statement = (
        select(pursuits)
        .where(
            pursuits.c.ended_at.is_(None),
            or_(pursuits.c.chain == chain, pursuits.c.chain.is_(None)),
            pursuits.c.id > after,
        )
        .order_by(pursuits.c.id)
        .limit(limit)
    )
    return [_pursuit(row) for row in await connection.execute(statement)]


async def write(connection: AsyncConnection, before: Pursuit, after: Pursuit) -> bool:
    """Write what became of one; False, and nothing is written, when somebody else was faster."""
    result = await connection.execute(
        update(pursuits)
        .where(
            pursuits.c.id == before.id,
            pursuits.c.revision == before.revision,
            pursuits.c.ended_at.is_(None),
            or_(pursuits.c.chain.is_(None), pursuits.c.chain == before.chain),
        )
        .values(
            chain=after.chain,
            state=after.state,
            told=_plain(after.told),
            revision=after.revision,
            changed_at=after.changed_at,
            ended_at=after.ended_at,
        )
    )
    return result.rowcount == 1


async def to_show(
    connection: AsyncConnection, limit: int, *, but: Collection[int] = ()
) -> list[Pursuit]:
    """Those whose message is out of date, the longest so first; without those of some chats, which
    have to wait."""
    statement = (
        select(pursuits)
        .where(pursuits.c.revision > pursuits.c.shown_revision)
        .order_by(pursuits.c.changed_at)
        .limit(limit)
    )
    if but:
        statement = statement.where(~among(connection, pursuits.c.chat_id, but))
    return [_pursuit(row) for row in await connection.execute(statement)]


async def shown(connection: AsyncConnection, one: Pursuit) -> None:
    """Its message shows this revision."""
    await connection.execute(
        update(pursuits)
        .where(
            pursuits.c.id == one.id,
            pursuits.c.telegram_id == one.telegram_id,
            pursuits.c.shown_revision < one.revision,
        )
        .values(shown_revision=one.revision)
    )


async def let_go(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Nobody can be told any more: the message was deleted, or its chat is gone."""
    ended_at = func.coalesce(pursuits.c.ended_at, literal(now, UtcTime()))
    await connection.execute(
        update(pursuits)
        .where(pursuits.c.id.in_(ids))
        .values(shown_revision=pursuits.c.revision, ended_at=ended_at)
    )


async def let_go_of_chat(connection: AsyncConnection, chat_id: int, now: datetime) -> None:
    """The same for everything that a chat has open or waits to be shown."""
    waits = or_(pursuits.c.ended_at.is_(None), pursuits.c.revision > pursuits.c.shown_revision)
    found = await connection.execute(
        select(pursuits.c.id).where(pursuits.c.chat_id == chat_id, waits)
    )
    await let_go(connection, [row.id for row in found], now)
