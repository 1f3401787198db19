"""Files that people send: loaded up to a size, whatever Telegram says of it."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import structlog
from aiogram.exceptions import TelegramBadRequest
from aiohttp import ClientError

from bot.texts.sheet import NOT_A_FILE, TOO_LARGE
from data.errors import InputError

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import Document

_log = structlog.get_logger(__name__)

MOST_BYTES = 5 * 1024 * 1024
_WITHIN = 30
"""Seconds for the whole file."""


async def content_of(bot: Bot, document: Document, most: int = MOST_BYTES) -> bytes:
    """What is in the file. Raises InputError when it is too large, or cannot be loaded."""
    if (document.file_size or 0) > most:
        raise _too_large(most)
    content = bytearray()
    try:
        file = await bot.get_file(document.file_id)
        url = bot.session.api.file_url(bot.token, file.file_path or "")
        stream = bot.session.stream_content(url, timeout=_WITHIN, raise_for_status=True)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                content += piece
                if len(content) > most:
                    raise _too_large(most)
    except (TelegramBadRequest, ClientError, OSError) as error:
        # nothing of it goes on: its text has the token in an address
        _log.warning("a file could not be loaded", why=type(error).__name__)
        raise InputError(NOT_A_FILE) from None
    return bytes(content)


def _too_large(most: int) -> InputError:
    return InputError(TOO_LARGE, size=most // (1024 * 1024))
