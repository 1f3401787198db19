"""What Telegram said lately about who administers a chat, and for which chat a person speaks.

Keys: ``rights:{chat_id}:{user_id}`` → 1 or 0, for a minute; ``acting:{user_id}`` → the channel or
group that the person sets up from a private chat, until they end it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

REMEMBERED_SECONDS = 60


def _rights(chat_id: int, user_id: int) -> str:
    return f"rights:{chat_id}:{user_id}"


def _acting(user_id: int) -> str:
    return f"acting:{user_id}"


async def administers(redis: Redis, chat_id: int, user_id: int) -> bool | None:
    """Whether Telegram said so within the last minute; None if it was not asked."""
    known = await redis.get(_rights(chat_id, user_id))
    return None if known is None else known == "1"


async def note_rights(redis: Redis, chat_id: int, user_id: int, *, administers: bool) -> None:
    """Remember what Telegram said."""
    value = "1" if administers else "0"
    await redis.set(_rights(chat_id, user_id), value, ex=REMEMBERED_SECONDS)


async def acts_for(redis: Redis, user_id: int) -> int | None:
    """The chat that a person sets up; None if it is their own."""
    known = await redis.get(_acting(user_id))
    return None if known is None else int(known)


async def act_for(redis: Redis, user_id: int, chat_id: int | None) -> None:
    """From now on the person sets up that chat; None ends it."""
    if chat_id is None:
        await redis.delete(_acting(user_id))
    else:
        await redis.set(_acting(user_id), chat_id)
