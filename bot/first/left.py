"""What was left out a moment ago: ticked again, it comes back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from bot.watchlist import room_for
from data.queries import removed, watches, watchlists
from data.redis import removed as lately
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chat, Watch


async def keep(redis: Redis, chat: Chat, choice: str, records: Sequence[str]) -> bool:
    """Remember for a while what was taken off the list; False while Redis is away, and where there
    was nothing."""
    if not records:
        return False
    try:
        await lately.keep(redis, chat.id, choice, json.encode(records).decode())
    except RedisAway:
        return False
    return True


async def kept(redis: Redis, chat: Chat, choice: str) -> list[str]:
    """What is remembered of a choice; nothing while Redis is away."""
    try:
        record = await lately.kept(redis, chat.id, choice)
    except RedisAway:
        return []
    return [] if record is None else json.decode(record, type=list[str])


async def put_back(connection: AsyncConnection, chat: Chat, records: Sequence[str]) -> None:
    """The watches as they were, but those that are there again. Raises InputError when the list is
    full."""
    if not records:
        return
    await watchlists.hold(connection, chat.id)
    there = {_about(one) for one in await watches.of_chat(connection, chat.id)}
    back = [await removed.put_back(connection, record) for record in records]
    for watch in back:
        if watch is not None and _about(watch) in there:
            await watches.remove(connection, watch.id)
    if any(back):
        await room_for(connection, chat, 0)


def _about(watch: Watch) -> tuple[object, ...]:
    return watch.address, watch.chain, watch.topic_id, watch.scope
