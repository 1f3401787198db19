"""A chat that operators have blocked hears nothing, keeps its watches, and hears again later."""

from __future__ import annotations

from bot.delivery.turn import BLOCKED
from data.model import Level
from data.queries import levels
from tests.integration.bot.delivery.running import delivering, until


async def test_alerts_of_a_blocked_chat_rest_with_their_reason(
    telegram, outbox, bot, database, redis, settings
):
    chat = telegram.create_user("Ada").id
    telegram.create_private_chat(chat)
    await outbox.chat(chat)
    watch = await outbox.watch(chat)
    async with database.write() as connection:
        await levels.set_level(connection, chat, Level.BLOCKED)
    await outbox.alert(watch)

    async def dropped() -> bool:
        return (await outbox.states(chat)) == [("dropped", BLOCKED)]

    async with delivering(bot, database, redis, settings):
        await until(dropped)
        async with database.write() as connection:
            await levels.set_level(connection, chat, Level.MEMBER)
        await outbox.alert(watch, ether=70)
        (message,) = await telegram.wait_for_messages(chat)

    assert "Received 70 ETH" in message.text
