"""``/unpriced <number> tell|ignore``: what a watch does about movements that have no price."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot import cards
from bot.answers import answer, show
from bot.buttons.watch import UnpricedButton
from bot.languages import N_, _
from bot.texts import buttons as captions
from bot.texts import watches as texts
from bot.watchlist import meant_watch, own_watch
from data.errors import InputError
from data.model import UnitThreshold, Unpriced
from data.queries import watches

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import CallbackQuery, Message
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Watch

_HOW = N_(
    "Which watch, and what shall it do? Write /unpriced 2 tell to hear of movements without a"
    " price, or /unpriced 2 ignore."
)


def make_router() -> Router:
    """Its handlers."""
    router = Router(name="unpriced")
    router.message.register(unpriced, Command("unpriced", ignore_case=True))
    router.callback_query.register(tap, UnpricedButton.filter())
    return router


async def unpriced(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Change it by word. Raises InputError for what is no such watch or policy."""
    *reference, policy = (command.args or "").split() or [""]
    if not reference or policy.casefold() not in set(Unpriced):
        raise InputError(_HOW)
    async with context.database.write() as connection:
        watch = await meant_watch(connection, chat, " ".join(reference))
        watch = await _set(connection, chat, watch, Unpriced(policy.casefold()))
    await answer(message, texts.unpriced_set(watch, context.chains))


async def tap(
    query: CallbackQuery, callback_data: UnpricedButton, context: Context, chat: Chat
) -> str:
    """Change it by button, and show the watch as it is then."""
    async with context.database.write() as connection:
        watch = await own_watch(connection, chat, callback_data.id)
        watch = await _set(connection, chat, watch, callback_data.unpriced)
    await show(query, *await cards.card(context, chat, watch, query))
    tells = watch.unpriced is Unpriced.TELL
    return _("Told without a price, too") if tells else _(captions.IGNORE_UNPRICED)


async def _set(connection: AsyncConnection, chat: Chat, watch: Watch, wanted: Unpriced) -> Watch:
    if watch.is_feed:
        raise InputError(
            "A whale feed shows only what has a price: without one nobody knows what is big. To"
            " hear of a wallet whatever it moves, watch its address."
        )
    if isinstance(watch.threshold, UnitThreshold):
        raise InputError(
            "Watch {number} counts {symbol} and asks for no price: give it a threshold in dollars"
            " first, like /threshold {number} $100k.",
            number=watch.number,
            symbol=watch.threshold.symbol,
        )
    await watches.set_unpriced(connection, chat.id, watch.number, wanted)
    return replace(watch, unpriced=wanted)
