"""The limits of the Bot API, in virtual time."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram import Limits, ManualClock, TelegramSandbox
from sandbox.telegram.chats import Chat
from sandbox.telegram.limits import RateLimiter

PRIVATE = Chat(1, "private", user_id=1)
GROUP = Chat(-1, "group", "g")


async def test_a_burst_in_a_private_chat_ends_in_429(
    sandbox: TelegramSandbox, bot: Bot, ada: int, clock: ManualClock
):
    for number in range(5):
        await bot.send_message(ada, str(number))

    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.send_message(ada, "one too many")

    assert caught.value.retry_after == 1
    assert sandbox.counts()["too_many_requests"] == 1
    assert len(sandbox.bot_messages(ada)) == 5
    clock.advance(1)
    assert await bot.send_message(ada, "after waiting")


async def test_a_group_takes_20_sends_and_edits_a_minute(
    sandbox: TelegramSandbox, bot: Bot, ada: int, clock: ManualClock
):
    group = sandbox.create_group("g", (ada,))
    first = await bot.send_message(group.id, "0")
    for number in range(1, 20):
        clock.advance(1)
        await bot.edit_message_text(str(number), chat_id=group.id, message_id=first.message_id)

    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.send_message(group.id, "x")

    assert caught.value.retry_after == 41
    clock.advance(40)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(group.id, "x")
    clock.advance(1)
    assert await bot.send_message(group.id, "x")


def test_all_chats_together_take_30_a_second():
    limiter = RateLimiter(Limits())

    answers = [limiter.charge(Chat(i, "private", user_id=i), 100.0) for i in range(31)]

    assert answers == [None] * 30 + [1]
    assert limiter.charge(PRIVATE, 101.0) is None


def test_without_rates_nothing_is_refused():
    limiter = RateLimiter(Limits.none())

    assert [limiter.charge(GROUP, 0.0) for _ in range(100)] == [None] * 100


@given(st.lists(st.floats(0, 5), max_size=80))
def test_no_minute_of_a_group_holds_more_than_20_and_waiting_as_told_is_enough(
    pauses: list[float],
):
    limiter = RateLimiter(Limits())
    now = 1000.0
    accepted: list[float] = []
    for pause in pauses:
        now += pause
        wait = limiter.charge(GROUP, now)
        if wait is not None:
            now += wait
            assert limiter.charge(GROUP, now) is None
        accepted.append(now)

    for start in accepted:
        assert sum(1 for at in accepted if 0 <= at - start < 60) <= 20


@given(st.lists(st.floats(0, 3), max_size=60))
def test_a_private_chat_never_takes_more_than_its_burst_and_one_a_second(pauses: list[float]):
    limiter = RateLimiter(Limits())
    now = 1000.0
    accepted: list[float] = []
    for pause in pauses:
        now += pause
        if limiter.charge(PRIVATE, now) is None:
            accepted.append(now)

    for place, start in enumerate(accepted):
        for count, end in enumerate(accepted[place:], start=1):
            assert count <= 5 + (end - start) + 1e-6
