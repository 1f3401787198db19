"""Census: who talks to the bot, and where it is, for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select

from data.model import Chat, ChatKind, Level
from data.queries.chats import as_chats
from data.tables import chats, watches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

_MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class People:
    """Persons: how many, how many of them since a moment, and how many of each level."""

    total: int
    new: int
    levels: Mapping[Level, int]


async def people(connection: AsyncConnection, since: datetime) -> People:
    """Count those who have a chat of their own with the bot; reads them all."""
    is_new = case((chats.c.created_at >= since, 1), else_=0)
    statement = (
        select(chats.c.level, func.count().label("number"), func.sum(is_new).label("new"))
        .where(chats.c.kind == ChatKind.PRIVATE)
        .group_by(chats.c.level)
    )
    rows = (await connection.execute(statement)).all()
    levels = {Level(row.level): int(row.number) for row in rows}
    return People(sum(levels.values()), sum(int(row.new) for row in rows), levels)


async def kinds_and_states(connection: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many chats there are of each kind in each state; reads them all."""
    statement = select(chats.c.kind, chats.c.state, func.count().label("number")).group_by(
        chats.c.kind, chats.c.state
    )
    return {(row.kind, row.state): row.number for row in await connection.execute(statement)}


async def listed(
    connection: AsyncConnection,
    *,
    persons: bool,
    levels: Collection[Level] = (),
    offset: int,
    limit: int,
) -> tuple[list[Chat], int]:
    """Persons, or groups and channels, the newest first; only those of some levels if any are
    named. And how many there are in all."""
    private = chats.c.kind == ChatKind.PRIVATE
    which = private if persons else ~private
    if levels:
        which &= chats.c.level.in_(levels)
    total = (await connection.execute(select(func.count()).where(which))).scalar_one()
    page = select(chats).where(which).order_by(chats.c.created_at.desc(), chats.c.id)
    rows = await connection.execute(page.offset(offset).limit(limit))
    return as_chats(rows), int(total)


async def find(connection: AsyncConnection, text: str, limit: int) -> list[Chat]:
    """Chats of that id, or whose name has the text in it, whatever its case; the newest first."""
    # SQLite knows the case of ASCII letters only
    which = or_(
        chats.c.title.contains(text, autoescape=True),
        func.lower(chats.c.title).contains(text.lower(), autoescape=True),
    )
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and int(digits) <= _MOST_ID:
        which = or_(chats.c.id == int(text), which)
    found = select(chats).where(which).order_by(chats.c.created_at.desc(), chats.c.id).limit(limit)
    return as_chats(await connection.execute(found))


async def watches_of(connection: AsyncConnection, chat_id: int) -> int:
    """How many watches a chat has."""
    statement = select(func.count()).where(watches.c.chat_id == chat_id)
    return int((await connection.execute(statement)).scalar_one())
