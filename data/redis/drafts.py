"""Files that wait for the word to be imported: one for each chat, for an hour.

Key: ``import:{chat_id}`` → a JSON object with the file's text, compressed.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from redis.asyncio import Redis

KEPT_SECONDS = 3600
MOST_BYTES = 2 * 1024 * 1024
"""Of a text when it is compressed."""


class Draft(msgspec.Struct, frozen=True):
    """``word`` is what its buttons carry, ``topic`` where it was given."""

    word: str
    name: str
    topic: int
    text: str


class TooMuch(Exception):
    """The text does not compress to what may be kept of it."""


async def keep(redis: Redis, chat_id: int, draft: Draft) -> None:
    """Let a file wait in place of any before it. Raises TooMuch, and RedisAway."""
    text = await asyncio.to_thread(_pressed, draft.text)
    if len(text) > MOST_BYTES:
        raise TooMuch
    kept = msgspec.structs.replace(draft, text=text)
    await redis.set(_key(chat_id), msgspec.json.encode(kept).decode(), ex=KEPT_SECONDS)


async def kept(redis: Redis, chat_id: int, word: str) -> Draft | None:
    """The file of that word; None where it does not wait (any more)."""
    found = await redis.get(_key(chat_id))
    draft = None if found is None else msgspec.json.decode(found, type=Draft)
    if draft is None or draft.word != word:
        return None
    text = await asyncio.to_thread(_unpressed, draft.text)
    return msgspec.structs.replace(draft, text=text)


async def drop(redis: Redis, chat_id: int, word: str) -> None:
    """It waits no longer."""
    found = await redis.get(_key(chat_id))
    if found is not None and msgspec.json.decode(found, type=Draft).word == word:
        await redis.delete(_key(chat_id))


def _key(chat_id: int) -> str:
    return f"import:{chat_id}"


def _pressed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _unpressed(text: str) -> str:
    return zlib.decompress(base64.b64decode(text)).decode()
