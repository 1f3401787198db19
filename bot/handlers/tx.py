"""``/tx <hash or explorer link>``: a transaction followed in one message, which is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import behalf
from bot.answers import answer, put
from bot.buttons.offers import FollowButton
from bot.delivery.pursuit import pursuit_text
from bot.delivery.story import read_story
from bot.middlewares.introduction import PERSONAL
from bot.middlewares.lateness import SPEAKS
from bot.parse.transaction import parse_transaction
from bot.places import topic_of
from bot.texts import general
from bot.texts import pursuits as texts
from data.errors import InputError
from data.model import Pursuit
from data.queries import pursuits
from data.redis.published import unseen_chains
from data.redis.wake import PURSUITS, wake

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.filters import CommandObject

    from bot.context import Context
    from data.model import Chain

    Say = Callable[[str], Awaitable[int]]

MOST_OPEN = 20
"""Transactions that a chat may have followed at once."""


def make_router() -> Router:
    """Its handler."""
    router = Router(name="tx")
    router.message.register(tx, Command("tx", ignore_case=True), flags=PERSONAL | SPEAKS)
    router.callback_query.register(take_offer, FollowButton.filter(), flags=PERSONAL)
    return router


async def tx(message: Message, command: CommandObject, context: Context) -> None:
    """Follow a transaction to its end."""
    await follow(message, command.args or "", context)


async def follow(message: Message, text: str, context: Context) -> None:
    """The same for any text; the chat is the one in which it was said, whatever chat is set
    up there. Asked for again, it goes on in the newest message."""
    behalf.act(None)
    tx_hash, chain = parse_transaction(text, context.chains)

    async def say(html: str) -> int:
        return (await answer(message, html)).message_id

    await _follow(message, tx_hash, chain, context, say)


async def take_offer(query: CallbackQuery, callback_data: FollowButton, context: Context) -> None:
    """The same by the button under what was pasted, in the message that offered it. Raises
    InputError where Telegram does not say any more which message that was."""
    message = query.message
    if not isinstance(message, Message):
        raise InputError(general.BUTTON_TOO_OLD)
    chain = next((one for one in context.chains if one.name == callback_data.chain), None)

    async def say(html: str) -> int:
        if await put(query, html):
            return message.message_id
        return (await answer(message, html)).message_id

    await _follow(message, callback_data.tx_hash, chain, context, say)


async def _follow(
    message: Message, tx_hash: bytes, chain: Chain | None, context: Context, say: Say
) -> None:
    async with context.database.read() as connection:
        mine = await pursuits.of_chat(connection, message.chat.id)
    for one in mine:
        if one.tx_hash == tx_hash and (chain is None or one.chain in {None, chain.name}):
            await _go_on(one, context, say)
            return
    if len(mine) >= MOST_OPEN:
        raise texts.too_many(MOST_OPEN)
    await _begin(message, tx_hash, chain, context, say)


async def _begin(
    message: Message, tx_hash: bytes, chain: Chain | None, context: Context, say: Say
) -> None:
    now, name = context.clock(), chain.name if chain else None
    topic = topic_of(message)
    fresh = Pursuit(0, message.chat.id, topic, 0, tx_hash, name, now, now)
    shown = await say(await _text(fresh, context))
    async with context.database.write() as connection:
        await pursuits.begin(
            connection,
            chat_id=message.chat.id,
            topic_id=topic,
            telegram_id=shown,
            tx_hash=tx_hash,
            chain=name,
            now=now,
        )
    await wake(context.redis, PURSUITS)


async def _go_on(one: Pursuit, context: Context, say: Say) -> None:
    shown = await say(await _text(one, context))
    async with context.database.write() as connection:
        await pursuits.move(connection, one, shown)


async def _text(one: Pursuit, context: Context) -> str:
    followed = {chain.name: chain for chain in context.chains}
    unseen = await unseen_chains(context.redis, context.chains, context.clock())
    async with context.database.read() as connection:
        kept_from = context.settings.keep_movements_from_usd
        story = await read_story(
            connection, one, followed, context.labels, unseen=unseen, kept_from=kept_from
        )
    return pursuit_text(story)
