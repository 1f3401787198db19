"""A chat's watches as a list: how many there are, in pages, by address and by topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from data.tables import chats, watches

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def hold(connection: AsyncConnection, chat_id: int) -> None:
    """Let nobody else add to the chat's watchlist until the transaction ends."""
    if connection.dialect.name == "postgresql":
        # on SQLite nobody else writes anyway; NO KEY UPDATE, because alerts that are just being
        # written for the chat hold its key
        chat = select(chats.c.id).where(chats.c.id == chat_id)
        await connection.execute(chat.with_for_update(key_share=True))


async def count(connection: AsyncConnection, chat_id: int) -> int:
    """How many watches the chat has."""
    statement = select(func.count()).where(watches.c.chat_id == chat_id)
    return int((await connection.execute(statement)).scalar_one())


async def next_number(connection: AsyncConnection, chat_id: int) -> int:
    """One above the highest."""
    highest = select(func.max(watches.c.number)).where(watches.c.chat_id == chat_id)
    return ((await connection.execute(highest)).scalar_one() or 0) + 1


async def below(connection: AsyncConnection, chat_id: int, number: int) -> int:
    """How many of the chat's watches stand before that number in its list."""
    statement = select(func.count()).where(watches.c.chat_id == chat_id, watches.c.number < number)
    return int((await connection.execute(statement)).scalar_one())


async def ids_of_page(
    connection: AsyncConnection, chat_id: int, first: int, length: int
) -> list[int]:
    """The ids of so many of the chat's watches by number, the first of them counted from 0."""
    statement = (
        select(watches.c.id)
        .where(watches.c.chat_id == chat_id)
        .order_by(watches.c.number)
        .offset(first)
        .limit(length)
    )
    return list(await connection.scalars(statement))


async def ids_on(connection: AsyncConnection, chat_id: int, address: bytes) -> list[int]:
    """The ids of the chat's watches on an address, by number."""
    statement = (
        select(watches.c.id)
        .where(watches.c.address == address, watches.c.chat_id == chat_id)
        .order_by(watches.c.number)
    )
    return list(await connection.scalars(statement))


async def topics(connection: AsyncConnection, chat_id: int) -> dict[int, int]:
    """The topics that the chat's watches tell in, each with the lowest number among them."""
    statement = (
        select(watches.c.topic_id, func.min(watches.c.number).label("lowest"))
        .where(watches.c.chat_id == chat_id)
        .group_by(watches.c.topic_id)
        .order_by(func.min(watches.c.number))
    )
    rows = await connection.execute(statement)
    return {row.topic_id: row.lowest for row in rows}
