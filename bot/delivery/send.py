"""One call to Telegram, its every answer turned into an outcome."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, LinkPreviewOptions, ReplyParameters
from aiohttp import ClientConnectorError, ConnectionTimeoutError, InvalidURL

from bot.delivery.clean import clean
from bot.delivery.markup import plain_text
from bot.delivery.outcomes import (
    Failed,
    Flooded,
    Gone,
    Moved,
    Outcome,
    Refused,
    Shown,
    TopicLost,
    Unknown,
    Unreachable,
)
from data.errors import ConfigurationError
from data.model import ChatKind, ChatState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram import Bot
    from aiogram.types import InlineKeyboardMarkup

    from bot.delivery.render import Rendered
    from data.model import Chat

    Keyboard = InlineKeyboardMarkup | None

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REASON_LENGTH = 200
# what Telegram calls a chat that is no more, and one where the bot may not write
_GONE = ("chat not found", "peer_id_invalid", "channel_private", "group chat was deactivated")
_DEACTIVATED = "user is deactivated"
_ABSENT = ("is not a member", "can't initiate conversation")
_LOST_TOPICS = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_SILENCED = (
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
)
_BAD_BUTTONS = ("button_url_invalid", "button_invalid", "inline keyboard button url")
_UNCHANGED = "message is not modified"
_NOTHING_TO_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
)
_NOTHING_TO_ANSWER = ("message to be replied not found", "message to reply not found")
# raised before a byte of the request was written
_NEVER_LEFT = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)


async def send(
    bot: Bot,
    chat: Chat,
    topic_id: int,
    rendered: Rendered,
    within: float,
    *,
    paid: bool = False,
    silent: bool = False,
    reply_to: int | None = None,
) -> Outcome:
    """Send a message; ``within`` seconds the outcome is known, or is Unknown.

    ``reply_to`` is Telegram's id of the message that it answers: where that was deleted nothing is
    sent, and the outcome is Gone. ``paid`` lets Telegram charge for it where the bot is over its
    free rate. ``silent``: without a sound.

    Raises ConfigurationError when Telegram no longer takes the bot's token.
    """

    async def call(text: str, parse_mode: str | None, keyboard: Keyboard) -> int:
        alike: dict[str, Any] = {
            "message_thread_id": topic_id or None,
            "parse_mode": parse_mode,
            "disable_notification": silent or None,
            "reply_parameters": None if reply_to is None else ReplyParameters(message_id=reply_to),
            "reply_markup": keyboard,
            "allow_paid_broadcast": paid or None,
            "request_timeout": max(1, round(within)),
        }
        if rendered.picture is not None:
            photo = BufferedInputFile(rendered.picture, "digest.png")
            message = await bot.send_photo(chat.id, photo, caption=text, **alike)
        else:
            message = await bot.send_message(
                chat.id, text, link_preview_options=_NO_PREVIEW, **alike
            )
        return message.message_id

    return await _with_markup_or_without(call, rendered, chat)


async def edit(
    bot: Bot,
    chat: Chat,
    message_id: int,
    rendered: Rendered,
    within: float,
    *,
    pictured: bool = False,
) -> Outcome:
    """Show a message anew. One that already reads so counts as shown.

    ``pictured``: what it says stands below a picture, which stays as it is.

    Raises ConfigurationError when Telegram no longer takes the bot's token.
    """

    async def call(text: str, parse_mode: str | None, keyboard: Keyboard) -> int:
        try:
            alike: dict[str, Any] = {
                "chat_id": chat.id,
                "message_id": message_id,
                "parse_mode": parse_mode,
                "reply_markup": keyboard,
                "request_timeout": max(1, round(within)),
            }
            if pictured:
                await bot.edit_message_caption(caption=text, **alike)
            else:
                await bot.edit_message_text(text, link_preview_options=_NO_PREVIEW, **alike)
        except TelegramBadRequest as error:
            if _UNCHANGED not in error.message.lower():
                raise
        return message_id

    return await _with_markup_or_without(call, rendered, chat)


async def _with_markup_or_without(
    call: Callable[[str, str | None, Keyboard], Awaitable[int]], rendered: Rendered, chat: Chat
) -> Outcome:
    try:
        return Shown(await call(rendered.text, "HTML", rendered.keyboard))
    except TelegramBadRequest as error:
        said = error.message.lower()
        if rendered.keyboard is not None and any(known in said for known in _BAD_BUTTONS):
            # an explorer on one's own machine is no link to Telegram: better told without
            bare = replace(rendered, keyboard=None)
            return await _with_markup_or_without(call, bare, chat)
        if "can't parse entities" not in said:
            return _refusal(error, chat)
    except (TelegramAPIError, ClientDecodeError) as error:
        return outcome_of(error, chat)
    try:
        return Shown(await call(plain_text(rendered.text), None, rendered.keyboard), as_plain=True)
    except (TelegramAPIError, ClientDecodeError) as error:
        return outcome_of(error, chat)


def outcome_of(error: TelegramAPIError | ClientDecodeError, chat: Chat) -> Outcome:
    """What an error means for the message. Raises ConfigurationError for a revoked token."""
    match error:
        case TelegramUnauthorizedError():
            msg = (
                "BOT_TOKEN: Telegram does not accept it any more; ask @BotFather for the bot's"
                " token and write it there"
            )
            raise ConfigurationError(msg) from None
        case ClientDecodeError():
            return Unknown("the answer was not Telegram's: is TELEGRAM_API_URL right?")
        case TelegramRetryAfter():
            return Flooded(float(error.retry_after))
        case TelegramMigrateToChat():
            return Moved(error.migrate_to_chat_id)
        case TelegramForbiddenError() | TelegramBadRequest():
            return _refusal(error, chat)
        case TelegramEntityTooLarge():
            return Refused(_said(error))
        case TelegramNetworkError():
            return _network(error)
        case _:
            return Failed(_said(error))


def _refusal(error: TelegramBadRequest | TelegramForbiddenError, chat: Chat) -> Outcome:
    words = error.message.lower()
    said = _said(error)
    if any(known in words for known in (*_NOTHING_TO_EDIT, *_NOTHING_TO_ANSWER)):
        return Gone(said)
    if any(known in words for known in _LOST_TOPICS):
        return TopicLost(said)
    if _DEACTIVATED in words:
        return Unreachable(ChatState.DEACTIVATED, said)
    if any(known in words for known in _GONE):
        return Unreachable(ChatState.GONE, said)
    if any(known in words for known in _SILENCED):
        return Unreachable(ChatState.SILENCED, said)
    if any(known in words for known in _ABSENT):
        return Unreachable(ChatState.LEFT, said)
    if isinstance(error, TelegramForbiddenError):
        private = chat.kind is ChatKind.PRIVATE
        return Unreachable(ChatState.BLOCKED if private else ChatState.KICKED, said)
    return Refused(said)


def _network(error: TelegramNetworkError) -> Outcome:
    cause = error.__cause__
    # the cause's own text may hold the URL, and with it the token
    name = type(cause).__name__ if cause is not None else "connection lost"
    if isinstance(cause, _NEVER_LEFT):
        return Failed(f"Telegram cannot be reached ({name})", everywhere=True)
    if isinstance(cause, asyncio.TimeoutError):
        return Unknown("no answer in time")
    return Unknown(f"the connection broke ({name})")


def _said(error: TelegramAPIError) -> str:
    return clean(error.message, _REASON_LENGTH)
