"""Questions that the next thing a person writes is the answer to.

Who asks declares each question as a state beside its handlers, registers the handler of the answer
for that state and ``answers``, and forgets the question (``settle``) once it has a good answer:
after a bad one it still stands. What was asked is remembered in Redis for an hour, for each
person in each topic of each chat, so a restart of the bot between question and answer is not
noticed. A command or the button under the question ends it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from aiogram import F
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import DefaultKeyBuilder, StorageKey
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, ForceReply, Message

from bot.answers import add, answer, is_quiet
from bot.behalf import acted_for
from bot.buttons.asking import NeverMindButton
from bot.keyboards.rows import button, rows_of
from bot.languages import N_, _
from bot.rights import MASK, hides
from data.errors import InputError
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from aiogram.fsm.state import State
    from redis.asyncio import Redis

REMEMBERED_SECONDS = 3600
MADE_FOR = "made_for"
"""Which chat the question is about, beside what else is remembered of it: as in ``bot.stamps``."""
is_reply = (F.chat.type == "private") | F.reply_to_message.from_user.is_bot
"""What is said to the bot: in a group, where people talk to each other, a reply."""
answers = F.text & ~F.text.startswith("/") & is_reply
"""What may be the answer to a question."""
_HOW_TO_ANSWER = N_("Answer by a reply to this message, in the group's name.")
_NO_MEMORY = N_("I cannot keep a question in mind just now: try again in a minute.")


class Memory(RedisStorage):
    """Redis; while that is away nobody was asked anything."""

    async def get_state(self, key: StorageKey) -> str | None:
        """What a person was asked."""
        with suppress(RedisAway):
            return await super().get_state(key)
        return None

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """What the question was about."""
        with suppress(RedisAway):
            return await super().get_data(key)
        return {}


def memory(redis: Redis) -> Memory:
    """Where questions are remembered."""
    return Memory(
        redis,
        key_builder=DefaultKeyBuilder(prefix="asked"),
        state_ttl=REMEMBERED_SECONDS,
        data_ttl=REMEMBERED_SECONDS,
    )


async def ask(
    event: Message | CallbackQuery, state: FSMContext, question: State, html: str, **about: Any
) -> None:
    """Ask below what was written or tapped; ``about`` is JSON that the answer's handler gets.

    In a group it asks for a reply, because privacy mode hides everything else from the bot, and
    names whom it asks: else Telegram shows nobody where to write. Who hides behind the group's name
    is not named, and answers in it. Raises InputError when the question cannot be remembered.
    """
    if is_quiet():
        return  # nobody reads the question, and what comes next is no answer to it
    message = event.message if isinstance(event, CallbackQuery) else event
    in_group = message is not None and message.chat.type != "private"
    hidden = in_group and await _hides(event, state)
    if hidden:
        state = FSMContext(state.storage, replace(state.key, user_id=MASK))
        html += "\n\n" + _(_HOW_TO_ANSWER)
    await expect(state, question, **about)
    if not in_group:
        keyboard: Any = rows_of([button(_("Never mind"), NeverMindButton())])
    elif hidden:
        keyboard = None
    else:
        keyboard = ForceReply(selective=True)
        if person := event.from_user:
            html = f'<a href="tg://user?id={person.id}">{escape(person.first_name)}</a>: {html}'
    if isinstance(event, CallbackQuery):
        await add(event, html, keyboard)
    else:
        await answer(event, html, keyboard)


async def _hides(event: Message | CallbackQuery, state: FSMContext) -> bool:
    """Whether the answer will be written in the group's name."""
    if isinstance(event, Message):
        return event.sender_chat is not None
    bot = event.bot
    return bot is not None and await hides(bot, state.key.chat_id, event.from_user.id)


async def expect(state: FSMContext, question: State, **about: Any) -> None:
    """Take what is written next for an answer. Raises InputError when that cannot be remembered."""
    try:
        await state.set_data(about | {MADE_FOR: acted_for()})
        await state.set_state(question)
    except RedisAway:
        raise InputError(_NO_MEMORY) from None


async def settle(state: FSMContext) -> None:
    """Forget the question. While Redis is away nobody was asked anything, and what an answer has
    done is done."""
    with suppress(RedisAway):
        await state.clear()
