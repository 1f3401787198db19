"""``/tx <hash or explorer link>``: a transaction followed in one message, which is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command

from bot.answers import answer
from bot.delivery.pursuit import pursuit_text
from bot.delivery.story import read_story
from bot.middlewares.introduction import PERSONAL
from bot.parse.transaction import parse_transaction
from bot.places import topic_of
from bot.texts import pursuits as texts
from data.model import Pursuit
from data.queries import pursuits
from data.redis.published import unseen_chains
from data.redis.wake import PURSUITS, wake

if TYPE_CHECKING:
    from aiogram.filters import CommandObject
    from aiogram.types import Message

    from bot.context import Context
    from data.model import Chain, Chat

MOST_OPEN = 20
"""Transactions that a chat may have followed at once."""


def make_router() -> Router:
    """Its handler."""
    router = Router(name="tx")
    router.message.register(tx, Command("tx", ignore_case=True), flags=PERSONAL)
    return router


async def tx(message: Message, command: CommandObject, context: Context, chat: Chat) -> None:
    """Follow a transaction to its end."""
    await follow(message, command.args or "", context, chat)


async def follow(message: Message, text: str, context: Context, chat: Chat) -> None:
    """The same for what was pasted. Asked for again, it goes on in the newest message."""
    tx_hash, chain = parse_transaction(text, context.chains)
    async with context.database.read() as connection:
        mine = await pursuits.of_chat(connection, chat.id)
    for one in mine:
        if one.tx_hash == tx_hash and (chain is None or one.chain in {None, chain.name}):
            await _go_on(message, one, context)
            return
    if len(mine) >= MOST_OPEN:
        raise texts.too_many(MOST_OPEN)
    await _begin(message, tx_hash, chain, context, chat)


async def _begin(
    message: Message, tx_hash: bytes, chain: Chain | None, context: Context, chat: Chat
) -> None:
    now, name = context.clock(), chain.name if chain else None
    topic = topic_of(message)
    fresh = Pursuit(0, chat.id, topic, 0, tx_hash, name, now, now)
    shown = await answer(message, await _text(fresh, context))
    async with context.database.write() as connection:
        await pursuits.begin(
            connection,
            chat_id=chat.id,
            topic_id=topic,
            telegram_id=shown.message_id,
            tx_hash=tx_hash,
            chain=name,
            now=now,
        )
    await wake(context.redis, PURSUITS)


async def _go_on(message: Message, one: Pursuit, context: Context) -> None:
    shown = await answer(message, await _text(one, context))
    async with context.database.write() as connection:
        await pursuits.move(connection, one, shown.message_id)


async def _text(one: Pursuit, context: Context) -> str:
    followed = {chain.name: chain for chain in context.chains}
    unseen = await unseen_chains(context.redis, context.chains, context.clock())
    async with context.database.read() as connection:
        kept_from = context.settings.keep_movements_from_usd
        story = await read_story(
            connection, one, followed, context.labels, unseen=unseen, kept_from=kept_from
        )
    return pursuit_text(story)
