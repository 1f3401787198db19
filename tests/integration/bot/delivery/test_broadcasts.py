"""What an operator tells everybody: each chat once at most, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.delivery import Delivery, RateLimiter
from data.model import BroadcastState, ChatKind, ChatState, Level, Priority, Quiet, SendState
from data.queries import broadcasts, chats, levels
from data.redis.claims import Claims, broadcast_key
from data.redis.wake import BROADCASTS, wake
from data.tables import broadcast_sends
from sandbox.telegram import Limits
from tests.integration.bot.delivery.running import delivering, until

HTML = "<b>Tonight</b> I am away <a href='https://example.org/'>for an hour</a> &amp; back"
SHOWN = "Tonight I am away for an hour & back"


@pytest.fixture
def limits() -> Limits:
    return Limits.none()


@pytest.fixture
def means(bot, database, redis, settings):
    fast = {"rate_bot_per_second": 1_000, "rate_chat_per_second": 100, "rate_chat_burst": 10}
    return bot, database, redis, settings.model_copy(update=fast)


class Crowd:
    """An operator, and others who may hear."""

    def __init__(self, telegram, bot, database, redis, outbox) -> None:
        self.telegram, self.bot, self.database = telegram, bot, database
        self.redis, self.outbox = redis, outbox
        self.people: list[int] = []
        self.id = 0

    async def person(self, name: str) -> int:
        user = self.telegram.create_user(name)
        self.telegram.create_private_chat(user.id)
        await self.outbox.chat(user.id)
        self.people.append(user.id)
        return user.id

    async def begin(self) -> None:
        """The first person is the operator."""
        operator = self.people[0]
        shown_in = await self.bot.send_message(operator, "…")
        async with self.database.write() as connection:
            draft = await broadcasts.draft(connection, operator, HTML, datetime.now(UTC))
            self.id = draft.id
            begun = await broadcasts.begin(
                connection, draft.id, shown_in.message_id, datetime.now(UTC)
            )
        assert begun
        await wake(self.redis, BROADCASTS)

    def told(self, chat: int) -> int:
        return sum(one.text == SHOWN for one in self.telegram.bot_messages(chat))

    def summary(self) -> str:
        return next(
            one.text for one in self.telegram.bot_messages(self.people[0]) if one.text != SHOWN
        )

    async def counts(self) -> dict[SendState, int]:
        async with self.database.read() as connection:
            return await broadcasts.counts(connection, self.id)

    async def is_over(self) -> bool:
        async with self.database.read() as connection:
            return not await broadcasts.are_any(connection)


@pytest.fixture
async def crowd(telegram, bot, database, redis, outbox) -> Crowd:
    made = Crowd(telegram, bot, database, redis, outbox)
    for name in ("Ada", "Bob", "Cay"):
        await made.person(name)
    return made


async def test_everybody_who_may_hear_is_told_once_and_the_operator_how_it_went(
    telegram, database, means, crowd
):
    muted, blocker, blocked = [await crowd.person(name) for name in ("Dan", "Eve", "Fay")]
    group = telegram.create_group("Friends", members=(crowd.people[1],))
    await crowd.outbox.chat(group.id, ChatKind.GROUP)
    telegram.block_bot(blocker)
    async with database.write() as connection:
        await chats.mute(connection, muted, datetime.now(UTC) + timedelta(hours=1))
        await levels.set_level(connection, blocked, Level.BLOCKED)
    async with delivering(*means):
        await crowd.begin()
        await until(crowd.is_over)

    assert [crowd.told(chat) for chat in (*crowd.people, group.id)] == [1, 1, 1, 0, 0, 0, 1]
    assert await crowd.counts() == {SendState.SENT: 4, SendState.MUTED: 1, SendState.LOST: 1}
    assert (await crowd.outbox.chat_state(blocker))[0] == ChatState.BLOCKED
    (message,) = [one for one in telegram.bot_messages(crowd.people[1]) if one.text == SHOWN]
    assert {entity.type for entity in message.entities} >= {"bold", "text_link"}
    summary = crowd.summary()
    assert "Sent: 4 of 6" in summary
    assert "muted: 1" in summary
    assert "cannot be reached: 1" in summary


async def test_what_nobody_knows_the_end_of_is_not_sent_again(telegram, means, crowd):
    redis = means[2]
    other = Claims(redis, "killed", timedelta(milliseconds=1))
    async with delivering(*means):
        # a worker was killed while a send was on its way to one, and after it was told to another
        await other.claim([broadcast_key(1, crowd.people[1])])
        await other.claim([broadcast_key(1, crowd.people[2])])
        await other.sent([broadcast_key(1, crowd.people[2])], 77)
        await crowd.begin()
        assert crowd.id == 1
        await until(crowd.is_over)

    assert [crowd.told(chat) for chat in crowd.people] == [1, 0, 0]
    assert await crowd.counts() == {SendState.SENT: 2, SendState.UNKNOWN: 1}
    assert "uncertain, not tried again: 1" in crowd.summary()


async def test_who_comes_after_a_stop_goes_on_where_it_was(telegram, means, crowd):
    bot, database, redis, settings = means
    few_at_once = bot, database, redis, settings.model_copy(update={"rate_bot_per_second": 16})
    for number in range(10):
        await crowd.person(f"Person {number}")
    await crowd.begin()
    telegram.hold("sendMessage", times=None)
    stopped = asyncio.create_task(Delivery(*few_at_once, "stopped").run(asyncio.Event()))
    await telegram.wait_for_held(3, 30)
    stopped.cancel()
    await asyncio.wait([stopped])
    telegram.release(accept=True)
    telegram.clear_faults()
    async with delivering(*means):
        await until(crowd.is_over)

    found = await crowd.counts()
    told = [crowd.told(chat) for chat in crowd.people]
    assert max(told) == 1
    assert sum(found.values()) == len(crowd.people)
    assert found[SendState.UNKNOWN] >= 3
    assert sum(told) >= found[SendState.SENT] >= 1


async def test_who_is_not_to_be_woken_is_told_in_the_morning(database, means, crowd):
    now = datetime.now(UTC)
    minute = now.hour * 60 + now.minute
    around = Quiet((minute - 60) % 1440, (minute + 60) % 1440)
    async with database.write() as connection:
        await chats.set_quiet(connection, crowd.people[2], around)

    async def due_at() -> datetime:
        waits = broadcast_sends.c.chat_id == crowd.people[2]
        async with database.read() as connection:
            found = await connection.execute(select(broadcast_sends.c.due_at).where(waits))
            return found.scalar_one()

    async with delivering(*means):
        await crowd.begin()

        async def rest_told() -> bool:
            sent = (await crowd.counts()).get(SendState.SENT)
            # whose turn comes last may be the one who sleeps
            return sent == 2 and await due_at() > now + timedelta(minutes=1)

        await until(rest_told)

    assert crowd.told(crowd.people[2]) == 0
    assert timedelta(minutes=50) < await due_at() - now < timedelta(minutes=70)


async def test_a_stop_ends_it_and_says_how_far_it_came(telegram, database, means, crowd):
    async with database.write() as connection:
        draft = await broadcasts.draft(connection, crowd.people[0], HTML, datetime.now(UTC))
        await broadcasts.begin(connection, draft.id, 1, datetime.now(UTC))
        now = datetime.now(UTC)
        await broadcasts.end(connection, draft.id, BroadcastState.STOPPED, now)
        crowd.id = draft.id
    async with delivering(*means):
        await until(crowd.is_over)

    assert [crowd.told(chat) for chat in crowd.people] == [0, 0, 0]
    assert await crowd.counts() == {SendState.WAITING: 3}


async def test_it_is_the_least_urgent_of_all_that_is_sent(means, crowd, monkeypatch):
    asked: list[Priority] = []
    acquire = RateLimiter.acquire

    async def noted(self, chat_id, kind, priority, rank=0.0):
        asked.append(priority)
        return await acquire(self, chat_id, kind, priority, rank)

    monkeypatch.setattr(RateLimiter, "acquire", noted)
    async with delivering(*means):
        await crowd.begin()
        await until(crowd.is_over)

    assert set(asked) == {max(Priority), Priority.EDIT}
    assert asked.count(Priority.BROADCAST) == 3
