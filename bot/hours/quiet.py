"""Setting when a chat is not to be woken, and how often it gets digests.

What waits already moves along: with whatever changes it is told when what comes now would be, at
once where that is at once. Each takes an open connection, in which nothing was written to the
chat's alerts yet; whoever called it wakes delivery afterwards (``data.redis.wake``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hours.schedule import told_at
from data.model import DigestEvery
from data.queries import alerts, chats

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chat, Quiet


async def set_quiet(
    connection: AsyncConnection,
    chat_id: int,
    quiet: Quiet | None,
    now: datetime,
    *,
    time_zone: str | None = None,
) -> Chat:
    """From now on the chat is quiet at those hours, or never; the chat as it is then.

    ``time_zone`` is one of ``bot.parse.zone``; None leaves what is known.
    """
    if time_zone is not None:
        await chats.set_time_zone(connection, chat_id, time_zone)
    await chats.set_quiet(connection, chat_id, quiet)
    return await retime(connection, chat_id, now)


async def set_digest(
    connection: AsyncConnection,
    chat_id: int,
    every: DigestEvery,
    at: int | None,
    times: int | None,
    now: datetime,
    *,
    time_zone: str | None = None,
) -> Chat:
    """From now on the chat gets digests, a daily one at that minute of its day, or none; between
    them comes what reaches so many times its threshold. ``time_zone`` as above."""
    if time_zone is not None:
        await chats.set_time_zone(connection, chat_id, time_zone)
    await chats.set_digest(connection, chat_id, every, at, times)
    return await retime(connection, chat_id, now)


async def set_time_zone(
    connection: AsyncConnection, chat_id: int, time_zone: str | None, now: datetime
) -> Chat:
    """From now on the chat lives by those clocks; None is UTC."""
    await chats.set_time_zone(connection, chat_id, time_zone)
    return await retime(connection, chat_id, now)


async def retime(connection: AsyncConnection, chat_id: int, now: datetime) -> Chat:
    """What waits in the chat is told when what happens now would be."""
    chat = await chats.look_at(connection, chat_id, now)
    until = told_at(chat, now) or now
    moved = await alerts.put_off(connection, chat_id, until)
    await chats.look_again(connection, chat_id, until if moved else None)
    return chat
