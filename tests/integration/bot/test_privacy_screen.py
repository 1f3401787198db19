"""What is kept is told, handed over, and forgotten; every button, tapped by people."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from sqlalchemy import select

from bot.session import Session
from data.queries import chats, queues
from data.redis import rights
from data.settings import Settings
from data.tables import metadata
from tests.integration.bot.delivery.outbox import Outbox
from tests.integration.bot.delivery.running import delivering
from tests.integration.bot.place import DEADLINE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.telegram.messages import Message
    from tests.integration.bot.place import Place

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"


def own(place: Place) -> int:
    return place.telegram.create_private_chat(place.owner.id).id


def now_shown(place: Place, message: Message) -> Message:
    return place.telegram.world.messages.get(message.chat_id, message.message_id)


async def rows(place: Place, chat: int) -> int:
    """How many rows name a chat anywhere."""
    found = 0
    async with place.context.database.read() as connection:
        for table in metadata.sorted_tables:
            every = await connection.execute(select(table))
            found += sum(str(chat) in str(row) for row in every)
    return found


@asynccontextmanager
async def telling(place: Place) -> AsyncIterator[None]:
    """Alerts are delivered meanwhile."""
    session = Session(api=TelegramAPIServer.from_base(place.telegram.url))
    bot = Bot(
        place.telegram.token, session=session, default=DefaultBotProperties(parse_mode="HTML")
    )
    settings = Settings(_env_file=None)
    async with (
        bot.context(),
        delivering(bot, place.context.database, place.context.redis, settings),
    ):
        yield


async def keys(place: Place, chat: int) -> list[str]:
    return [key async for key in place.context.redis.scan_iter(match=f"*{chat}*")]


async def test_everything_is_forgotten_after_a_question(place: Place) -> None:
    # given a chat with a bit of everything
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK} $250k Cold")
    await place.say(chat, f"/name {VITALIK} Vault")
    await place.say(chat, "/threshold $5k")
    await place.say(chat, "/share")
    await place.say(chat, "/tx 0x" + "ab" * 32)
    outbox = Outbox(place.context.database)
    (watch,) = await place.watches(chat)
    await outbox.alert(watch)
    await place.say(chat, "/import")
    redis = place.context.redis
    claim, other = (
        f"notified:ethereum:ab:{chat}:0:alert:1",
        f"notified:ethereum:ab:-9:{chat}:alert:1",
    )
    for key in (claim, other, f"rights:{chat}:7"):
        await redis.set(key, "1")
    assert len(await keys(place, chat)) >= 4
    # when it looks at what is kept, hesitates, and then says so
    shown = await place.say(chat, "/privacy")
    assert "90 days" in shown.text
    assert "30 days" in shown.text
    assert await place.tap(shown, "🗑 Forget it…", place.owner) is None
    assert await place.tap(now_shown(place, shown), "Keep it", place.owner) is None
    assert "stays as it is" in now_shown(place, shown).text
    assert len(await place.watches(chat)) == 1
    asked = await place.say(chat, "/forget")
    assert await place.tap(asked, "Yes, forget it", place.owner) is None
    # then nothing is left
    assert "Forgotten" in now_shown(place, asked).text
    assert await rows(place, chat) == 0
    left = await keys(place, chat)
    assert [key for key in left if not key.startswith(("budget:", "limit:"))] == [other]
    # and it begins afresh
    await place.say(chat, "/start")
    async with place.context.database.read() as connection:
        fresh = await chats.get(connection, chat)
    assert fresh is not None
    assert fresh.default_threshold_usd == place.context.settings.default_threshold_usd
    assert "watch nothing yet" in (await place.say(chat, "/list")).text


async def test_all_that_is_kept_is_handed_over_by_a_button(place: Place) -> None:
    chat = own(place)
    shown = await place.say(chat, "/privacy")

    assert await place.tap(shown, "📄 Give me all of it", place.owner) is None

    (file,) = await place.telegram.wait_for_messages(
        chat, 1, DEADLINE, "All that", shown.message_id
    )
    assert file.media is not None
    assert file.media.name.endswith(".json")


async def test_a_week_old_question_forgets_nothing(place: Place) -> None:
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK}")
    asked = await place.say(chat, "/forget")
    (data,) = (one["callback_data"] for one in asked.buttons if "Yes" in one["text"])
    long_ago = int((place.context.clock() - timedelta(days=7)).timestamp())
    markup = {"inline_keyboard": [[{
        "text": "Yes", "callback_data": data.rpartition(":")[0] + f":{long_ago}@"
    }]]}  # fmt: skip
    old = replace(asked, revisions=(replace(asked.revisions[-1], reply_markup=markup),))
    place.telegram.world.messages.put(old)

    assert "too old" in (await place.tap(old, "Yes", place.owner) or "")
    assert len(await place.watches(chat)) == 1


async def test_a_double_tap_forgets_once_and_what_began_meanwhile_is_new(place: Place) -> None:
    chat = own(place)
    asked = await place.say(chat, "/forget")

    for _ in range(2):
        place.telegram.world.messages.put(asked)
        assert await place.tap(asked, "Yes, forget it", place.owner) is None

    assert await rows(place, chat) == 0


async def test_only_administrators_have_a_group_forgotten(place: Place) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id)).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    await place.say(group, f"/watch {VITALIK}", place.owner)
    assert "What I keep" in (await place.say(group, "/privacy", place.member)).text
    assert "Only administrators" in (await place.say(group, "/forget", place.member)).text
    asked = await place.say(group, "/forget", place.owner)

    assert "Only administrators" in (await place.tap(asked, "Yes, forget it", place.member) or "")
    assert len(await place.watches(group)) == 1
    assert await place.tap(asked, "Yes, forget it", place.owner) is None
    assert await rows(place, group) == 0


async def test_a_channel_is_forgotten_from_a_private_chat_which_is_not(place: Place) -> None:
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK}")
    channel = place.telegram.create_channel("Whales", members=(place.owner.id,)).id
    (told,) = await place.telegram.wait_for_messages(chat, 1, DEADLINE, "Whales")
    await place.tap(told, "Whales", place.owner)
    await place.say(chat, f"/watch {VITALIK}")
    asked = await place.say(chat, "/forget")
    assert asked.text.startswith("📢 Whales")

    await place.tap(asked, "Yes, forget it", place.owner)

    assert await rows(place, channel) == 0
    assert len(await place.watches(chat)) == 1
    assert await rights.acts_for(place.context.redis, place.owner.id) is None


async def test_what_is_in_flight_comes_before_the_word_and_nothing_after_it(place: Place) -> None:
    # given a delivery that is just telling the chat of one alert, while another waits
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK}")
    (watch,) = await place.watches(chat)
    outbox = Outbox(place.context.database)
    asked = await place.say(chat, "/forget")
    place.telegram.hold("sendMessage")
    await outbox.alert(watch, 100)
    async with telling(place):
        await place.telegram.wait_for_held(1, DEADLINE)
        await outbox.alert(watch, 200)
        # when it is to be forgotten
        tapped = place.telegram.tap(
            chat, asked.message_id, text="Yes, forget it", user_id=place.owner.id
        )
        async with place.context.database.read() as connection:
            assert await queues.is_leased(connection, chat)
        place.telegram.release()
        await place.telegram.wait_for_answer(tapped.id, DEADLINE)
        # then the one is told before, and the other never
        assert await rows(place, chat) == 0
        said = len(place.telegram.bot_messages(chat))
        stranger = await outbox.chat(place.telegram.create_private_chat(place.member.id).id)
        await outbox.alert(await outbox.watch(stranger.id), 300)
        await place.telegram.wait_for_messages(stranger.id, 1, DEADLINE, "300")
        assert len(place.telegram.bot_messages(chat)) == said
        assert "Forgotten" in now_shown(place, asked).text


async def test_an_alert_in_the_outbox_is_not_sent_after_the_chat_is_forgotten(
    place: Place,
) -> None:
    chat = own(place)
    await place.say(chat, f"/watch {VITALIK}")
    (watch,) = await place.watches(chat)
    outbox = Outbox(place.context.database)
    for ether in (100, 200, 300):
        await outbox.alert(watch, ether)
    asked = await place.say(chat, "/forget")
    await place.tap(asked, "Yes, forget it", place.owner)
    stranger = await outbox.chat(place.telegram.create_private_chat(place.member.id).id)
    await outbox.alert(await outbox.watch(stranger.id), 400)
    async with telling(place):
        await place.telegram.wait_for_messages(stranger.id, 1, DEADLINE, "400")

    assert not any("ETH" in message.text for message in place.telegram.bot_messages(chat))


async def test_whoever_forgets_again_and_again_is_slowed_down_all_the_same(place: Place) -> None:
    chat = own(place)
    await place.say(chat, "/list")
    paused = f"limit:pause:{chat}"
    await place.context.redis.set(paused, "1")
    spent = {f"budget:{chat}", paused}
    assert spent <= set(await keys(place, chat))
    asked = await place.say(chat, "/forget")
    assert await place.tap(asked, "Yes, forget it", place.owner) is None

    assert spent <= set(await keys(place, chat))
