"""What became of followed transactions, edited into their messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data.model import ChatState, PursuitState, Told, Wish
from data.queries import chats, pursuits
from data.redis.wake import PURSUED, wake
from data.tables import pursuits as table
from tests.integration.bot.delivery.running import delivering, until

WISH = Wish(b"\1" * 20, b"\2" * 20, 7, 10**18, 10**9, None, "")


@pytest.fixture
def means(bot, database, redis, settings):
    return bot, database, redis, settings


@pytest.fixture
async def ada(telegram, outbox) -> int:
    user = telegram.create_user("Ada")
    telegram.create_private_chat(user.id)
    await outbox.chat(user.id)
    return user.id


class Asked:
    """A chat that has a transaction followed, in a message that is there."""

    def __init__(self, bot, database, redis, chat: int) -> None:
        self.bot, self.database, self.redis, self.chat = bot, database, redis, chat

    async def begin(self) -> None:
        message = await self.bot.send_message(self.chat, "Looking…")
        self.message = message.message_id
        async with self.database.write() as connection:
            await pursuits.begin(
                connection,
                chat_id=self.chat,
                topic_id=0,
                telegram_id=self.message,
                tx_hash=b"\7" * 32,
                chain="ethereum",
                now=datetime.now(UTC),
            )

    async def becomes(self, state: PursuitState) -> None:
        async with self.database.write() as connection:
            (one,) = await pursuits.of_chat(connection, self.chat)
            after = replace(one, state=state, told=Told(WISH), revision=one.revision + 1)
            assert await pursuits.write(connection, one, after)
        await wake(self.redis, PURSUED)

    async def row(self):
        async with self.database.read() as connection:
            return (await connection.execute(table.select())).one()

    async def is_shown(self) -> bool:
        row = await self.row()
        return row.shown_revision == row.revision


@pytest.fixture
async def asked(bot, database, redis, ada) -> Asked:
    made = Asked(bot, database, redis, ada)
    await made.begin()
    return made


async def test_one_message_is_edited_as_it_goes(telegram, means, asked):
    async with delivering(*means):
        for state, said in (
            (PursuitState.PENDING, "⏳ Pending"),
            (PursuitState.REPLACED, "🔁 Replaced"),
        ):
            await asked.becomes(state)
            await until(asked.is_shown)
            (message,) = telegram.bot_messages(asked.chat)
            assert message.message_id == asked.message
            assert message.text.startswith(said)


async def test_what_changed_while_nobody_delivered_is_shown_after_the_start(telegram, means, asked):
    await asked.becomes(PursuitState.PENDING)
    async with delivering(*means):
        await until(asked.is_shown)
    assert telegram.bot_messages(asked.chat)[0].text.startswith("⏳ Pending")


async def test_a_deleted_message_ends_it_quietly(telegram, means, asked):
    telegram.fail("editMessageText", code=400, description="Bad Request: message to edit not found")
    await asked.becomes(PursuitState.PENDING)
    async with delivering(*means):
        await until(asked.is_shown)
    assert (await asked.row()).ended_at is not None
    assert len(telegram.bot_messages(asked.chat)) == 1


async def test_a_flood_is_waited_for(telegram, means, asked):
    telegram.fail("editMessageText", code=429, retry_after=1)
    await asked.becomes(PursuitState.PENDING)
    async with delivering(*means) as told:
        await until(asked.is_shown)
    assert [event.kind for event in told.events].count("flooded") == 1
    assert telegram.bot_messages(asked.chat)[0].text.startswith("⏳ Pending")


async def test_who_blocked_the_bot_has_nothing_followed(telegram, means, asked, database):
    telegram.block_bot(asked.chat)
    await asked.becomes(PursuitState.PENDING)
    async with delivering(*means):
        await until(asked.is_shown)
    assert (await asked.row()).ended_at is not None
    async with database.read() as connection:
        chat = await chats.get(connection, asked.chat)
    assert chat.state is ChatState.BLOCKED
