"""A Telegram with the bot in it, over real HTTP: real updates in, real calls out.

For screens: what is said and tapped comes through Telegram's own doors, and what a test looks at is
the message as Telegram shows it, and the row in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer

from bot.context import Context
from bot.dispatcher import make_dispatcher
from bot.polling import Polling
from bot.session import Session
from data.model import Watch
from data.queries import watches
from sandbox.telegram import TelegramSandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.users import User

DEADLINE = 30.0


@dataclass
class Place:
    """A Telegram with the bot in it, which an owner and a member talk to."""

    telegram: TelegramSandbox
    context: Context
    owner: User
    member: User

    async def say(
        self, chat: int, text: str, by: User | None = None, topic: int | None = None
    ) -> Message:
        """The one answer to a message."""
        said = self.telegram.send_text(
            chat, text, user_id=None if by is None else by.id, topic_id=topic
        )
        (answer,) = await self.telegram.wait_for_messages(chat, 1, DEADLINE, None, said.message_id)
        return answer

    async def is_silent(self, chat: int, text: str, by: User | None = None) -> bool:
        """Whether nothing is answered; a command in a private chat says when it would have been."""
        before = len(self.telegram.bot_messages(chat))
        self.telegram.send_text(chat, text, user_id=None if by is None else by.id)
        stranger = self.telegram.create_user("Somebody")
        await self.say(self.telegram.create_private_chat(stranger.id).id, "/help")
        return len(self.telegram.bot_messages(chat)) == before

    async def tap(self, message: Message, text: str, by: User) -> str | None:
        """The notice that the tap got; None for none."""
        tapped = self.telegram.tap(message.chat_id, message.message_id, text=text, user_id=by.id)
        return (await self.telegram.wait_for_answer(tapped.id, DEADLINE)).answer_text

    async def watches(self, chat: int) -> list[Watch]:
        async with self.context.database.read() as connection:
            return await watches.of_chat(connection, chat)


@asynccontextmanager
async def answering(telegram: TelegramSandbox, context: Context) -> AsyncIterator[None]:
    session = Session(api=TelegramAPIServer.from_base(telegram.url))
    bot = Bot(telegram.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    stopping = asyncio.Event()
    polling = Polling(bot, make_dispatcher(context), context.redis, context.clock, first_wait=0.05)
    running = asyncio.create_task(polling.run(stopping))
    try:
        await telegram.wait_for_polling(DEADLINE)
        yield
    finally:
        stopping.set()
        await running
        await bot.session.close()
