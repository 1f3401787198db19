"""What webhook mode remembers.

Keys: ``webhook:ours`` → the URL that this bot told Telegram last, until it takes it back;
``update:{id}`` → 1 for a day, for each update that was handled: Telegram brings what it got no 200
for once more, also where it is the 200 that was lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redis.asyncio import Redis

_OURS = "webhook:ours"
KEPT_SECONDS = 86_400
"""Telegram itself keeps updates no longer."""


async def note_webhook(redis: Redis, url: str | None) -> None:
    """Telegram has been told that URL; None: it has been told that there is none."""
    if url is None:
        await redis.delete(_OURS)
    else:
        await redis.set(_OURS, url)


async def our_webhook(redis: Redis) -> str | None:
    """The URL that Telegram was told."""
    url = await redis.get(_OURS)
    return url.decode() if isinstance(url, bytes) else url


async def note_handled(redis: Redis, update_id: int) -> None:
    """That update needs no handling any more."""
    await redis.set(f"update:{update_id}", 1, ex=KEPT_SECONDS)


async def was_handled(redis: Redis, update_id: int) -> bool:
    """Whether it came before, and was handled."""
    return bool(await redis.exists(f"update:{update_id}"))
