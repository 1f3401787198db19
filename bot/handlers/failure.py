"""What is said when something went wrong: the sentence of an InputError, that Redis or the database
is away, or a code that the log has too."""

from __future__ import annotations

import secrets
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

import structlog
from aiogram import Router
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.filters import ExceptionTypeFilter

from bot.answers import answer, notice
from bot.handlers.inline import say_instead
from bot.languages import _, sentence
from bot.texts import general
from data.database import is_away
from data.errors import InputError
from data.model import ChatState
from data.queries import chats
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram.types import ErrorEvent, Update

    from bot.context import Context

_log = structlog.get_logger(__name__)


def make_router(context: Context) -> Router:
    """Its handlers."""
    router = Router(name="failure")

    async def on_forbidden(event: ErrorEvent) -> None:
        await note_blocked(event, context)

    router.errors.register(on_input_error, ExceptionTypeFilter(InputError))
    router.errors.register(on_forbidden, ExceptionTypeFilter(TelegramForbiddenError))
    router.errors.register(on_redis_away, ExceptionTypeFilter(RedisAway))
    router.errors.register(on_database_away, _database_is_away)
    router.errors.register(on_failure)
    return router


async def _database_is_away(event: ErrorEvent) -> bool:
    return is_away(event.exception)


async def on_redis_away(event: ErrorEvent) -> None:
    """Say so; the log has no more to tell of it than that."""
    await _tell_of_absence(event, "Redis", _(general.NO_MEMORY))


async def on_database_away(event: ErrorEvent) -> None:
    """The same of the database."""
    await _tell_of_absence(event, "the database", _(general.NO_BOOKS))


async def _tell_of_absence(event: ErrorEvent, what: str, said: str) -> None:
    why = type(event.exception).__name__
    _log.warning(f"an update came while {what} was away", update=event.update.update_id, why=why)
    with suppress(TelegramAPIError):
        await _say(event.update, said, said)


async def on_input_error(event: ErrorEvent) -> None:
    """Say the sentence."""
    assert isinstance(event.exception, InputError)
    said = sentence(event.exception)
    await _say(event.update, said, escape(said, quote=False))


async def note_blocked(event: ErrorEvent, context: Context) -> None:
    """The chat that we were answering does not want to hear from us."""
    message = event.update.message or (event.update.callback_query or event.update).message
    if message is not None:
        async with context.database.write() as connection:
            reason = "Telegram refused an answer"
            state = ChatState.BLOCKED if message.chat.type == "private" else ChatState.KICKED
            await chats.set_state(connection, message.chat.id, state, reason)


async def on_failure(event: ErrorEvent) -> None:
    """Say that it failed and under which code; the log tells what happened."""
    code = secrets.token_hex(3)
    _log.error(
        "an update failed",
        code=code,
        update=event.update.update_id,
        kind=event.update.event_type,
        exc_info=event.exception,
    )
    html = general.failure(code)
    try:
        await _say(event.update, html.replace("<code>", "").replace("</code>", ""), html)
    except TelegramAPIError as error:
        _log.warning("nor could that be said", code=code, why=type(error).__name__)


async def _say(update: Update, plain: str, html: str) -> None:
    if update.callback_query is not None:
        await notice(update.callback_query, plain, alert=True)
    elif update.inline_query is not None:
        await say_instead(update.inline_query, plain)
    elif update.message is not None and update.message.chat.type != "channel":
        await answer(update.message, html)
