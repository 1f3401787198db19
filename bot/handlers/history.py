"""``/history [number]``: a chat's alerts page by page, or one of them in full.

An alert's number is its id: it never changes and is never given again, so it may be written down;
and a page is found by it at once, however many alerts there are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer, show
from bot.buttons.history import HistoryAct, HistoryButton
from bot.delivery.outbox import read_alerts
from bot.keyboards import history as keyboards
from bot.languages import _
from bot.middlewares.permission import OPEN
from bot.parse.text import shown
from bot.texts import history as texts
from data.errors import InputError
from data.queries.alerts import history as alerts

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

    from bot.context import Context
    from data.model import Chat

    Shown = tuple[str, InlineKeyboardMarkup | None]

LENGTH = 6
"""Alerts on a page: three lines each, and a button."""
_NUMBER = re.compile(r"#?(?P<number>[0-9]{1,3}(?:[,_][0-9]{3})+|[0-9]+)")
_LONGEST_NUMBER = 18
"""Digits: more than a database counts to is no number of an alert."""


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="history")
    router.message.register(history, Command("history", ignore_case=True), flags=OPEN)
    router.callback_query.register(turn, HistoryButton.filter(), flags=OPEN)
    return router


async def history(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """The newest page, or the alert with that number."""
    text = (command.args or "").strip()
    if text:
        said, keyboard = await _one(context, chat, parse_alert_number(text))
    else:
        said, keyboard = await _page(context, chat, HistoryAct.BELOW, alerts.NEWEST)
    await answer(message, said, keyboard)


async def turn(
    query: CallbackQuery, callback_data: HistoryButton, context: Context, chat: Chat
) -> None:
    """Another page, or an alert in full, in place of what is shown."""
    act, number = callback_data.act, callback_data.number
    if act is HistoryAct.OPEN:
        said, keyboard = await _one(context, chat, number)
    else:
        said, keyboard = await _page(context, chat, act, number)
    await show(query, said, keyboard)


def parse_alert_number(text: str) -> int:
    """The number of an alert as a person writes it. Raises InputError for anything else."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise InputError(
            "I can't read “{words}” as the number of an alert: write /history, or a number from it:"
            " /history 17.",
            words=shown(text),
        )
    digits = found["number"].replace(",", "").replace("_", "").lstrip("0")
    if len(digits) > _LONGEST_NUMBER:
        raise InputError("No alert has a number that large: /history shows those that there are.")
    return int(digits or 0)


async def _page(context: Context, chat: Chat, act: HistoryAct, number: int) -> Shown:
    async with context.database.read() as connection:
        find = alerts.page_above if act is HistoryAct.ABOVE else alerts.page_below
        page = await find(connection, chat.id, number, LENGTH)
        if not page.entries:
            # what there was has been forgotten meanwhile
            page = await alerts.page_below(connection, chat.id, alerts.NEWEST, LENGTH)
        story = await read_alerts(connection, [entry.alert for entry in page.entries])
    if not page.entries:
        return _(texts.EMPTY), None
    text = texts.page(
        page,
        story,
        context.settings.known_chains,
        context.labels.for_chat(story.names),
        context.clock(),
        context.settings.keep_alerts_days,
    )
    return text, keyboards.history(page)


async def _one(context: Context, chat: Chat, number: int) -> Shown:
    async with context.database.read() as connection:
        entry = await alerts.numbered(connection, chat.id, number)
        if entry is None:
            raise InputError(
                "There is no alert {number} in this chat, or I have forgotten it: /history shows"
                " those that there are, with their numbers.",
                number=f"{number:,}",
            )
        story = await read_alerts(connection, [entry.alert])
    text = texts.entry(
        entry,
        story,
        chat,
        context.settings.known_chains,
        context.labels.for_chat(story.names),
        context.clock(),
    )
    return text, keyboards.history_entry(number)
