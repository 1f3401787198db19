"""The pages of a list of alerts, turned by anybody in its chat.

A page stands in place of the one before, in the message itself: so a reorg that edits the message
strikes through what people see of it, and turning pages fills no group with messages.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import Router

from bot.answers import add, put
from bot.buttons.pages import ListButton
from bot.delivery import outbox
from bot.delivery.listing import render_message
from bot.delivery.pace import leaves_room
from bot.delivery.rate_limiter import limits_of
from bot.hours.clock import keeping_time
from bot.keyboards import pages as keyboards
from bot.languages import _, speaking
from bot.middlewares.attention import Attention
from bot.texts.general import LIST_FORGOTTEN, PAGES_TOO_OFTEN
from data.queries import chats, messages
from data.redis.away import RedisAway
from data.redis.limiter import Limiter

if TYPE_CHECKING:
    from aiogram import BaseMiddleware
    from aiogram.types import CallbackQuery
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from bot.delivery.outbox import Story
    from data.model import Chat, Message

_TRIES = 3


def make_router(context: Context, budget: BaseMiddleware) -> Router:
    """Its handler; it stands outside of the private chats' middlewares."""
    router = Router(name="pages")
    limiter = Limiter(context.redis, limits_of(context.settings))

    async def turn(query: CallbackQuery, callback_data: ListButton) -> str | None:
        return await turn_page(query, callback_data, context, limiter)

    router.callback_query.register(turn, ListButton.filter())
    router.callback_query.middleware(budget)
    router.callback_query.middleware(Attention())
    return router


async def turn_page(
    query: CallbackQuery, button: ListButton, context: Context, limiter: Limiter
) -> str | None:
    """Show another page of the list. What is returned is a line for who tapped."""
    if query.message is None:
        return _(LIST_FORGOTTEN)
    chat_id, under = query.message.chat.id, query.message.message_id
    if await _is_crowded(chat_id, limiter):
        return _(PAGES_TOO_OFTEN)
    found = await _read(context, chat_id, under, button)
    for _again in range(_TRIES):
        if found is None:
            return _(LIST_FORGOTTEN)
        chat, shown, story = found
        if not await _show(query, chat, shown, story, context, beneath=bool(button.message)):
            return None
        # where a reorg edited it in the same moment, this page may have come later, and be older
        found = await _read(context, chat_id, under, button)
        if found is not None and found[1].revision == shown.revision:
            return None
    return None


async def _is_crowded(chat_id: int, limiter: Limiter) -> bool:
    """Whether a group's minute is nearly spent: the rest of it is for alerts."""
    if chat_id > 0:
        return False
    try:
        used, _since = await limiter.used(chat_id)
    except RedisAway:
        return False
    return not leaves_room(used, limiter.limits.group_per_minute)


async def _read(
    context: Context, chat_id: int, under: int, button: ListButton
) -> tuple[Chat, Message, Story] | None:
    """The page as it is now; None when nothing is remembered of the list."""
    async with context.database.read() as connection:
        chat = await chats.get(connection, chat_id)
        message = await _message(connection, chat_id, under, button)
        if chat is None or message is None:
            return None
        after = timedelta(hours=context.settings.digest_after_hours)
        story = await outbox.read_message(connection, message, after, button.page)
    return (chat, message, story) if story.alerts else None


async def _message(
    connection: AsyncConnection, chat_id: int, under: int, button: ListButton
) -> Message | None:
    if not button.message:
        return await messages.of_telegram(connection, chat_id, under)
    message = await messages.get(connection, button.message)
    # a button can be made up
    return message if message is not None and message.chat_id == chat_id else None


async def _show(
    query: CallbackQuery,
    chat: Chat,
    message: Message,
    story: Story,
    context: Context,
    *,
    beneath: bool,
) -> bool:
    """Whether it stands in place of the page before; beneath it where that is too old to be
    edited."""
    total = story.summary.total if story.summary else len(story.alerts)
    # the list is the chat's, whoever turns its pages
    with speaking(chat.reads), keeping_time(chat.time_zone):
        elsewhere = keyboards.pages(story.page, total, message.id)
        rendered = render_message(
            story.alerts,
            story.movements,
            story.watches,
            chat,
            context.settings.known_chains,
            context.labels.for_chat(story.names),
            context.clock(),
            summary=story.summary,
            page=story.page,
            is_digest=story.is_digest,
            occasion=story.occasion,
            pictured=story.pictured,
            certainty=message.certainty,
        )
    if await put(query, rendered.text, elsewhere if beneath else rendered.keyboard):
        return True
    await add(query, rendered.text, elsewhere)
    return False
