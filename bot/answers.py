"""Saying something in a chat, patiently: an answer is not given up at Telegram's first no."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BufferedInputFile, Message

from bot.behalf import headed, kept

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiogram.types import CallbackQuery, InaccessibleMessage, InlineKeyboardMarkup

T = TypeVar("T")
TRIES = 3
LONGEST_WAIT = 30
"""Seconds: an answer that comes later than this is no answer."""
NOTICE_LENGTH = 200
_UNCHANGED = "message is not modified"
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """What is answered inside is not said: it is done for somebody who wrote long ago."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def is_quiet() -> bool:
    """Whether nobody waits for an answer."""
    return _quiet.get()


async def answer(
    message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> Message:
    """Answer a message with HTML; what Telegram shows now. That is still the message itself where
    nobody waits for an answer."""
    if is_quiet():
        return message
    text, keyboard = headed(text), kept(keyboard)
    return await _patiently(lambda: message.answer(text, reply_markup=keyboard))


async def edit(message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
    """Put HTML in place of what the bot said itself; below, where that is gone."""
    if not await _put(message, text, keyboard):
        await answer(message, text, keyboard)


async def hand_over(
    message: Message | InaccessibleMessage, name: str, content: bytes, caption: str
) -> None:
    """Answer with a file; the caption is HTML."""
    file = BufferedInputFile(content, name)
    caption = headed(caption)
    await _patiently(lambda: message.answer_document(file, caption=caption))


async def show(
    query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Put HTML in place of the message whose button was tapped, or below where that is too old."""
    if not await put(query, text, keyboard):
        await add(query, text, keyboard)


async def put(
    query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> bool:
    """Put HTML in place of the message whose button was tapped; False where that is too old."""
    message = query.message
    return isinstance(message, Message) and await _put(message, text, keyboard)


async def _put(message: Message, text: str, keyboard: InlineKeyboardMarkup | None) -> bool:
    try:
        said, keyboard = headed(text), kept(keyboard)
        if message.photo:
            await _patiently(lambda: message.edit_caption(caption=said, reply_markup=keyboard))
        else:
            await _patiently(lambda: message.edit_text(said, reply_markup=keyboard))
    except TelegramBadRequest as error:
        return _UNCHANGED in error.message
    return True


async def rearrange(query: CallbackQuery, keyboard: InlineKeyboardMarkup | None) -> bool:
    """Put a keyboard in place of the one that was tapped, under the message as it is; False where
    that is too old."""
    message = query.message
    if not isinstance(message, Message):
        return False
    try:
        await _patiently(lambda: message.edit_reply_markup(reply_markup=kept(keyboard)))
    except TelegramBadRequest as error:
        return _UNCHANGED in error.message
    return True


async def add(
    query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Say HTML below the message whose button was tapped."""
    message = query.message
    if message is not None:
        await _patiently(lambda: message.answer(headed(text), reply_markup=kept(keyboard)))


async def notice(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """End a button's waiting, with a line of plain text or without; too late is no error."""
    if text and len(text) > NOTICE_LENGTH:
        text = text[: NOTICE_LENGTH - 1] + "…"
    try:
        await _patiently(lambda: query.answer(text, show_alert=alert))
    except TelegramBadRequest:
        return


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    tries_left = TRIES
    while True:
        tries_left -= 1
        try:
            return await call()
        except TelegramRetryAfter as error:
            if not tries_left or error.retry_after > LONGEST_WAIT:
                raise
            await asyncio.sleep(error.retry_after)
        except (TelegramNetworkError, TelegramServerError):
            if not tries_left:
                raise
            await asyncio.sleep(TRIES - tries_left)
