"""All that is kept about a chat, wherever it is: told to it, or forgotten at once.

A table whose rows belong to a chat has a foreign key to it, and is found by that; but for the queue
of chats, which has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from data.queries import queues
from data.queries.alerts.history import KINDS
from data.tables import alerts, chat_queues, chats, messages, metadata, send_claims

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from sqlalchemy import Column
    from sqlalchemy.ext.asyncio import AsyncConnection

_CHAT_IN_CLAIM = 3
"""Which part of a claim's key is the chat; see ``data.redis.claims``."""
_AT_ONCE = 250


def owned() -> Iterator[Column[Any]]:
    """The columns by which tables say whose their rows are, those that others refer to last."""
    for table in reversed(metadata.sorted_tables):
        for column in table.c:
            if column.references(chats.c.id) or column is chat_queues.c.chat_id:
                yield column


def told() -> Iterator[Column[Any]]:
    """The same with the table of the chats themselves, which comes first."""
    yield chats.c.id
    yield from owned()


async def rows_of(
    connection: AsyncConnection, column: Column[Any], chat_id: int, most: int
) -> AsyncGenerator[Mapping[str, Any], None]:
    """At most so many rows about the chat of the table whose ``column`` names it, the newest first;
    a handful of them are in memory at once."""
    table = column.table
    # what has an index to go by: of messages there are more than of anything else
    newest = [messages.c.telegram_id] if table is messages else table.primary_key
    statement = select(table).where(column == chat_id).limit(most)
    found = await connection.stream(
        statement.order_by(*(one.desc() for one in newest)),
        execution_options={"yield_per": _AT_ONCE},
    )
    async for row in found.mappings():
        yield dict(row)


async def forget(connection: AsyncConnection, chat_id: int, *, patiently: bool = True) -> bool:
    """Delete all that is kept about a chat, and about the groups that it was before.

    ``patiently``: not while it is just being told something; False then, and nothing is deleted.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(chats.c.id).where(chats.c.id == chat_id).with_for_update())
    if await queues.is_leased(connection, chat_id) and patiently:
        return False
    for one in await _with_earlier(connection, chat_id):
        # each kind has an index of its own, all of them have none
        for kind in KINDS:
            await connection.execute(delete(alerts).where(alerts.c.chat_id == one, kind))
        for column in owned():
            if column.table is not alerts:
                await connection.execute(delete(column.table).where(column == one))
        await _forget_claims(connection, one)
        await connection.execute(update(chats).where(chats.c.added_by == one).values(added_by=None))
        await connection.execute(delete(chats).where(chats.c.id == one))
    return True


async def _with_earlier(connection: AsyncConnection, chat_id: int) -> list[int]:
    """The chat, and those that moved to it."""
    found = [chat_id]
    for one in found:
        moved = await connection.scalars(select(chats.c.id).where(chats.c.moved_to == one))
        found += [earlier for earlier in moved if earlier not in found]
    return found


async def _forget_claims(connection: AsyncConnection, chat_id: int) -> None:
    like = send_claims.c.key.like(f"%:{chat_id}%")
    keys = await connection.scalars(select(send_claims.c.key).where(like))
    theirs = [key for key in keys if _chat_in(key) == str(chat_id)]
    if theirs:
        await connection.execute(delete(send_claims).where(send_claims.c.key.in_(theirs)))


def _chat_in(key: str) -> str:
    return "".join(key.split(":")[_CHAT_IN_CLAIM : _CHAT_IN_CLAIM + 1])
