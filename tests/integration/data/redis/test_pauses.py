"""What Telegram asked to be left alone, as told to whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.redis.connection import open_redis
from data.redis.limiter import Limiter, Limits, Pauses, pauses

LIMITS = Limits(bot_per_second=25, chat_per_second=0.9, chat_burst=3, group_per_minute=20)
SLACK = timedelta(minutes=1)


@pytest.fixture
async def limiter(redis):
    return Limiter(redis, LIMITS)


async def test_without_pauses_there_is_nothing_to_tell(redis):
    assert await pauses(redis) == Pauses()


async def test_pauses_of_hours_are_told_to_another_process(limiter, redis_url):
    # given
    await limiter.pause(None, 2 * 3600)
    await limiter.pause(5, 3600)
    await limiter.pause(-7, 5 * 3600)
    # when a process that was never told of them looks
    another = open_redis(redis_url)
    try:
        held = await pauses(another)
        waits = [
            await Limiter(another, LIMITS).take(chat, by_log=chat < 0) / 1e6 for chat in (5, -7)
        ]
    finally:
        await another.aclose()
    # then
    now = datetime.now(UTC)
    assert abs(held.bot_until - now - timedelta(hours=2)) < SLACK
    assert held.chats == 2
    assert abs(held.chats_until - now - timedelta(hours=5)) < SLACK
    assert [round(wait / 60) for wait in waits] == [120, 300]


async def test_a_pause_that_is_over_is_told_no_more(limiter, redis):
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    await limiter.pause(5, 100, now=round(long_ago.timestamp() * 1_000_000))
    await limiter.pause(6, 100)
    held = await pauses(redis)
    assert held.bot_until is None
    assert held.chats == 1


async def test_the_list_ends_with_its_last_pause(limiter, redis):
    await limiter.pause(5, 100)
    await limiter.pause(6, 10)
    assert 100 < await redis.ttl("limit:paused") <= 160
