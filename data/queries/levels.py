"""Levels: who is an operator, who is not let in, and whether they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from data.model import Chat, ChatKind, Level
from data.queries.chats import as_chats
from data.tables import chats

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def set_level(
    connection: AsyncConnection, chat_id: int, level: Level, *, was: Level | None = None
) -> bool:
    """What somebody may do from now on; they have not been told of it yet. With a person come the
    groups and channels that waited for them.

    With ``was``, only where nobody has changed that meanwhile. False where nothing changed.
    """
    statement = update(chats).where(chats.c.id == chat_id, chats.c.level != level)
    if was is not None:
        statement = statement.where(chats.c.level == was)
    changed = await connection.execute(statement.values(level=level, level_told=False))
    if changed.rowcount and level in {Level.ADMIN, Level.MEMBER}:
        waits = (chats.c.added_by == chat_id) & (chats.c.level == Level.GUEST)
        await connection.execute(
            update(chats).where(waits).values(level=Level.MEMBER, level_told=False)
        )
    return changed.rowcount > 0


async def tell_once(connection: AsyncConnection, chat_id: int) -> bool:
    """Whether nobody told them so far what their level means; from now on somebody has."""
    untold = (chats.c.id == chat_id) & ~chats.c.level_told
    told = await connection.execute(update(chats).where(untold).values(level_told=True))
    return told.rowcount > 0


async def admins(connection: AsyncConnection) -> list[Chat]:
    """Those whom an owner has named, by their private chats."""
    statement = select(chats).where(chats.c.level == Level.ADMIN, chats.c.kind == ChatKind.PRIVATE)
    return as_chats(await connection.execute(statement.order_by(chats.c.id)))
