"""Watches that were removed a moment ago, as ``data.queries.removed`` took them off their lists.

Keys: ``removed:{chat_id}:{what}`` → the row, for ten minutes; ``what`` is the watch's id, or what
the first minute calls several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

KEPT_SECONDS = 600


def _removed(chat_id: int, what: int | str) -> str:
    return f"removed:{chat_id}:{what}"


async def keep(redis: Redis, chat_id: int, what: int | str, record: str) -> None:
    """Remember what was removed."""
    await redis.set(_removed(chat_id, what), record, ex=KEPT_SECONDS)


async def kept(redis: Redis, chat_id: int, what: int | str) -> str | None:
    """What is remembered of it; None after ten minutes, or if it was never removed."""
    record = await redis.get(_removed(chat_id, what))
    return None if record is None else str(record)
