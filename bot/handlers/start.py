"""``/start``, ``/help`` and the buttons of the greeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import add, answer
from bot.buttons.start import Topic, TopicButton
from bot.feeds.screens import overview
from bot.handlers import first
from bot.languages import _
from bot.middlewares.permission import OPEN
from bot.texts import general, groups, watches
from data.model import ChatKind

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="start")
    router.message.register(start, Command("start", ignore_case=True), flags=OPEN)
    router.message.register(tell_help, Command("help", ignore_case=True), flags=OPEN)
    router.callback_query.register(tell, TopicButton.filter())
    return router


async def start(message: Message, context: Context, chat: Chat) -> None:
    """Greet: in a private chat with the questions of the first minute."""
    if message.chat.type != ChatKind.PRIVATE:
        await answer(message, groups.greeting())
        return
    await first.begin(message, context, chat)


async def tell_help(message: Message, context: Context) -> None:
    """Tell every command."""
    await answer(message, general.help_text(context.chains))


async def tell(
    query: CallbackQuery, callback_data: TopicButton, context: Context, chat: Chat
) -> None:
    """Tell about one thing, below the greeting."""
    match callback_data.topic:
        case Topic.WATCH:
            await add(query, _(watches.HOW_TO_WATCH))
        case Topic.HELP:
            await add(query, general.help_text(context.chains))
        case Topic.WHALES:
            await add(query, *await overview(context, chat))
