"""``/timing [instant|safe]``: alerts at the newest block, or once it is safe from reorgs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.chat import TimingButton
from bot.health import blocks_until_safe
from bot.keyboards import chat as keyboards
from bot.texts import timing as texts
from data.errors import InputError
from data.model import Timing
from data.queries import alerts, chats, queues
from data.redis.wake import wake

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message

    from bot.context import Context
    from data.model import Chat


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="timing")
    router.message.register(timing, Command("timing", ignore_case=True))
    router.callback_query.register(tap, TimingButton.filter())
    return router


async def timing(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Show which it is, or change it."""
    wanted = (command.args or "").strip().casefold()
    if not wanted:
        text = texts.overview(chat, context.chains, await blocks_until_safe(context))
        await answer(message, text, keyboards.timings(chat.timing))
        return
    if wanted not in set(Timing):
        raise InputError("That is no timing: write /timing instant or /timing safe.")
    await answer(message, await _change(context, chat, Timing(wanted)))


async def tap(
    query: CallbackQuery, callback_data: TimingButton, context: Context, chat: Chat
) -> None:
    """Change it by button."""
    await show(query, await _change(context, chat, callback_data.timing))


async def _change(context: Context, chat: Chat, wanted: Timing) -> str:
    """Who waits no longer gets at once what was held back for them."""
    async with context.database.write() as connection:
        await chats.set_timing(connection, chat.id, wanted)
        released = []
        if wanted is Timing.INSTANT:
            released = await alerts.release_held_of_chat(connection, chat.id)
            await queues.enqueue(connection, released)
    if released:
        await wake(context.redis)
    changed = replace(chat, timing=wanted)
    return texts.changed(changed, context.chains, await blocks_until_safe(context))
