"""``/why <transaction>``, or as a reply to an alert: what told of it, or kept it from the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.languages import _
from bot.middlewares.permission import OPEN
from bot.parse.transaction import parse_transaction
from bot.why import words
from bot.why.case import read_case
from data.errors import InputError
from data.queries import alerts

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from bot.why.case import Case
    from data.model import Chat

_OF_A_LIST = 3
"""A list has many alerts: so many of its transactions are explained, the first ones."""


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="why")
    router.message.register(why, Command("why", ignore_case=True), flags=OPEN)
    return router


async def why(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Explain a transaction, or the alert that is replied to."""
    text = (command.args or "").strip()
    replied = message.reply_to_message
    if not text and replied is None:
        await answer(message, _(words.HOW))
        return
    async with context.database.read() as connection:
        if text:
            tx_hash, chain = parse_transaction(text, context.chains)
            chains = context.chains if chain is None else (chain,)
            cases, more = [await read_case(connection, context, chat, tx_hash, chains)], 0
        else:
            assert replied is not None
            cases, more = await _of_reply(connection, context, chat, replied.message_id)
    for case in cases:
        said, keyboard = words.explanation(
            case,
            context.chains,
            context.clock(),
            kept_from=context.settings.keep_movements_from_usd,
            kept_hours=context.settings.keep_movements_hours,
        )
        if more and case is cases[-1]:
            said = f"{said}\n\n{words.more_in_list(more)}"
        await answer(message, said, keyboard)


async def _of_reply(
    connection: AsyncConnection, context: Context, chat: Chat, telegram_id: int
) -> tuple[list[Case], int]:
    """The first transactions that a message tells of, and how many more there are."""
    told = await alerts.of_reply(connection, chat.id, telegram_id)
    if not told:
        raise InputError(words.NO_ALERT)
    found = dict.fromkeys((alert.chain, alert.tx_hash) for alert in told)
    shown = list(found)[:_OF_A_LIST]
    cases = [
        await read_case(
            connection,
            context,
            chat,
            tx_hash,
            [known for known in context.chains if known.name == chain],
        )
        for chain, tx_hash in shown
    ]
    return cases, len(found) - len(shown)
