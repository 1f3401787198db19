"""What waited while the bot was away is judged by when it was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram.methods import SendMessage

from bot.asking import REMEMBERED_SECONDS
from data.model import ChatKind
from data.queries import chats, pursuits
from data.redis.late import FORGOTTEN_SECONDS
from sandbox.telegram import Limits, ManualClock, TelegramSandbox
from tests.integration.bot.conversation import NOW
from tests.integration.bot.place import DEADLINE, answering

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

WALLET, OTHER = "0x" + "b2" * 20, "0x" + "c3" * 20
HASH = "0x" + "ab" * 32
HOURS = timedelta(hours=5)


async def said_late(talk: Conversation, text: str, ago: timedelta = HOURS) -> list[str]:
    calls = await talk.calls_after(text, date=talk.now - ago)
    return [call.text for call in calls if isinstance(call, SendMessage)]


async def test_one_late_message_is_answered_as_of_now(talk: Conversation) -> None:
    (said,) = await said_late(talk, "/list")

    assert "watch nothing" in said


async def test_of_many_everything_is_done_and_little_is_said(talk: Conversation) -> None:
    told = [
        await said_late(talk, text)
        for text in (
            f"/watch {WALLET} $5k Old", "/list", f"/watch {OTHER}", "/threshold 2 $7k",
            "/status", "/gas", WALLET, "hello", "/unwatch 1", "/nonsense",
        )
    ]  # fmt: skip

    assert len(told[0]) == 1
    (word,) = told[1]
    assert word.startswith("⏳ I was away: what you wrote waited 5 h.")
    assert [texts for texts in told[2:] if texts] == []
    (left,) = await talk.watches()
    assert (left.number, left.address) == (2, bytes.fromhex(OTHER[2:]))
    assert left.threshold is not None


async def test_what_is_asked_back_is_asked_however_late(talk: Conversation) -> None:
    await said_late(talk, f"/watch {WALLET} $5k Old")
    await said_late(talk, "/list")

    (link,) = await said_late(talk, "/share")
    (forget,) = await said_late(talk, "/forget")
    (how,) = await said_late(talk, "/import")

    assert "?start=w_" in link
    assert "Forget everything" in forget
    assert "Send me the file" in how


async def test_who_waits_only_for_minutes_gets_every_answer(talk: Conversation) -> None:
    told = [await said_late(talk, "/help", timedelta(minutes=4)) for _again in range(3)]

    assert [len(texts) for texts in told] == [1, 1, 1]


async def test_mistakes_are_told_but_not_without_end(talk: Conversation) -> None:
    told = [await said_late(talk, f"/unwatch {number}") for number in range(71, 78)]

    assert [len(texts) for texts in told] == [1, 2, 1, 1, 0, 0, 0]


async def test_a_mute_counts_from_when_it_was_sent(talk: Conversation) -> None:
    await said_late(talk, "/mute 1h")
    await said_late(talk, "/mute 8h", timedelta(hours=3))

    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat is not None
    assert chat.muted_until == NOW + timedelta(hours=5)


async def test_a_watch_counts_from_when_it_was_sent(talk: Conversation) -> None:
    await said_late(talk, f"/watch {WALLET}")

    (made,) = await talk.watches()
    assert made.created_at == NOW - HOURS


async def test_a_mute_that_is_over_does_not_end_a_later_one(talk: Conversation) -> None:
    await talk.say("/mute 8h")

    await said_late(talk, "/mute 1h")

    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat is not None
    assert chat.muted_until == NOW + timedelta(hours=8)


async def test_a_late_transaction_is_followed_as_of_now(talk: Conversation) -> None:
    await said_late(talk, "/list")
    await said_late(talk, "/list")

    (said,) = await said_late(talk, f"/tx {HASH}")

    assert "Looking for the transaction" in said
    async with talk.context.database.read() as connection:
        assert len(await pursuits.of_chat(connection, talk.chat)) == 1


async def test_each_chat_and_each_absence_has_its_own_word(talk: Conversation) -> None:
    await said_late(talk, "/list")
    await said_late(talk, "/list")
    talk.chat = 43
    assert len(await said_late(talk, "/list")) == 1
    talk.chat = 42
    assert await talk.context.redis.ttl("late:42") <= FORGOTTEN_SECONDS < REMEMBERED_SECONDS
    await talk.context.redis.delete("late:42")

    (said,) = await said_late(talk, "/list")

    assert "watch nothing" in said


async def test_after_a_downtime_on_telegrams_own_clock(talk: Conversation) -> None:
    clock = ManualClock(NOW.timestamp())
    async with TelegramSandbox(limits=Limits.none(), clock=clock) as telegram:
        chat = telegram.create_private_chat(telegram.create_user("Ada").id).id
        for text in ("/mute 1h", f"/watch {WALLET}", f"/watch {OTHER}", "/gas", "/status", "/list"):
            telegram.send_text(chat, text)
        clock.advance(HOURS.total_seconds())
        talk.now = NOW + HOURS

        async with answering(telegram, talk.context):
            telegram.send_text(chat, "/list")
            await telegram.wait_for_messages(chat, 1, DEADLINE, "Your watches (2)")

    begun = [one.text.split()[0] for one in telegram.bot_messages(chat)]
    assert begun == ["You", "⏳", "Your"]
    async with talk.context.database.read() as connection:
        met = await chats.get(connection, chat)
    assert met is not None
    assert (met.kind, met.muted_until) == (ChatKind.PRIVATE, None)
