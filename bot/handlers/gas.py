"""``/gas [chain]``: what transactions cost now, as the watcher published it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.middlewares.permission import OPEN
from bot.parse.chain import parse_chain
from bot.texts import gas as texts
from data.errors import InputError
from data.redis.away import RedisAway
from data.redis.gas import gas_status

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import Message

    from bot.context import Context


def make_router() -> Router:
    """Its handler."""
    router = Router(name="gas")
    router.message.register(gas, Command("gas", ignore_case=True), flags=OPEN)
    return router


async def gas(message: Message, command: CommandObject, context: Context) -> None:
    """All chains in a table, or one in detail."""
    wanted = (command.args or "").strip()
    chain = parse_chain(wanted, context.chains) if wanted else None
    chosen = context.chains if chain is None else (chain,)
    try:
        told = [(one, await gas_status(context.redis, one.name)) for one in chosen]
    except (RedisAway, OSError):
        raise InputError(texts.AWAY) from None
    now = context.clock()
    if len(chosen) == 1:
        await answer(message, texts.one(*told[0], now))
    else:
        await answer(message, texts.overview(told, now))
