"""What Redis remembers of a chat: questions, rights, claims, imports that wait.

But for how much was said there lately, and how long Telegram asked to be left alone, which end by
themselves: whoever could wipe that off would have no budget, and forgetting is dear. Other
keys have numbers that are no chat's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

_CLAIMS = "notified"
_STAY = frozenset({"budget", "limit", "update", "faults", "tally", "published"})
_CHAT_IN_CLAIM = 3
_AT_ONCE = 1_000


async def forget(redis: Redis, chat_id: int) -> int:
    """Delete every such key that names the chat; how many there were. Goes through all keys."""
    count = 0
    some: list[str] = []
    async for key in redis.scan_iter(match=f"*:{chat_id}*", count=_AT_ONCE):
        if _is_of(key, str(chat_id)):
            some.append(key)
        if len(some) == _AT_ONCE:
            count += await redis.unlink(*some)
            some = []
    if some:
        count += await redis.unlink(*some)
    return count


def _is_of(key: str, chat: str) -> bool:
    parts = key.split(":")
    if parts[0] in _STAY:
        return False
    if parts[0] == _CLAIMS:
        # a topic may have the number of another chat
        return parts[_CHAT_IN_CLAIM : _CHAT_IN_CLAIM + 1] == [chat]
    return chat in parts[1:]
