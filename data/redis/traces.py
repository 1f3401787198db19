"""What Redis remembers of a chat: questions, rights, claims, imports that wait.

But for how much it wrote lately, which ends within minutes: forgetting is dear, and whoever could
wipe that off with it would have no budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

_CLAIMS = "notified"
_BUDGET = "budget"
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
    if parts[0] == _BUDGET:
        return False
    if parts[0] == _CLAIMS:
        # a topic may have the number of another chat
        return parts[_CHAT_IN_CLAIM : _CHAT_IN_CLAIM + 1] == [chat]
    return chat in parts[1:]
