"""The limiter's script on a real server, with a clock that the test moves."""

from __future__ import annotations

import asyncio
from bisect import bisect_right

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.model import Priority
from data.redis.connection import open_redis
from data.redis.limiter import WINDOW_SECONDS, Limiter, Limits
from tests.effort import examples

SECOND = 1_000_000
START = 1_800_000_000 * SECOND
LIMITS = Limits(bot_per_second=25, chat_per_second=0.9, chat_burst=3, group_per_minute=20)

PRIVATE, OTHER = 1, 2
GROUP, SUPERGROUP = -1, -2

# (seconds to let pass, chat, seconds to pause it before asking or None, how urgent it is)
steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 0.001, 0.04, 0.3, 1.1, 3, 20, 59.9, 60, 61, 200]),
        st.sampled_from([PRIVATE, OTHER, GROUP, SUPERGROUP]),
        st.sampled_from([None] * 9 + [0.5, 5, 90]),
        st.sampled_from(list(Priority)),
    ),
    min_size=1,
    max_size=200,
)


def simulate(redis_url: str, plan) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
    """What went as (time, chat), every pause as (how many went before it, end, chat)."""

    async def run():
        redis = open_redis(redis_url)
        try:
            await redis.flushall()
            limiter = Limiter(redis, LIMITS)
            now, gone, pauses = START, [], []
            for wait, chat, pause, priority in plan:
                now += round(wait * SECOND)
                if pause is not None:
                    end = await limiter.pause(chat, pause, now=now)
                    assert end >= now + pause * SECOND
                    pauses.append((len(gone), now + round(pause * SECOND), chat))
                if await limiter.take(chat, by_log=chat < 0, priority=priority, now=now) == 0:
                    gone.append((now, chat))
            return gone, pauses
        finally:
            await redis.aclose()

    return asyncio.run(run())


def most_in_any(window: int, times: list[int]) -> int:
    """The most in any span of that length, both ends included."""
    return max(
        (bisect_right(times, start + window) - i for i, start in enumerate(times)), default=0
    )


# every example empties the server itself
@settings(
    deadline=None,
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=steps)
def test_no_window_ever_holds_more_than_its_limit(redis_url, plan):
    gone, pauses = simulate(redis_url, plan)
    everything = [time for time, _ in gone]
    for seconds in (1, 5, 60):
        assert most_in_any(seconds * SECOND, everything) <= 25 * seconds + LIMITS.bot_burst
    for chat in (PRIVATE, OTHER):
        times = [time for time, to in gone if to == chat]
        for seconds in (1, 10, 60):
            assert most_in_any(seconds * SECOND, times) <= int(0.9 * seconds) + 3
    for chat in (GROUP, SUPERGROUP):
        assert most_in_any(60 * SECOND, [time for time, to in gone if to == chat]) <= 20
    for before, end, chat in pauses:
        assert not any(to == chat and time < end for time, to in gone[before:])


@pytest.fixture
async def limiter(redis):
    return Limiter(redis, LIMITS)


async def test_a_wait_is_exact_and_taking_nothing_costs_nothing(limiter):
    # given a private chat whose burst is used up
    for _ in range(3):
        assert await limiter.take(PRIVATE, by_log=False, now=START) == 0
    # when it asks again and again
    waits = [await limiter.take(PRIVATE, by_log=False, now=START) for _ in range(5)]
    # then the wait does not grow, and holds
    assert len(set(waits)) == 1
    after = START + waits[0]
    assert await limiter.take(PRIVATE, by_log=False, now=after - 1500) > 0
    assert await limiter.take(PRIVATE, by_log=False, now=after) == 0


async def test_a_refused_chat_takes_nothing_from_the_bot(limiter):
    for _ in range(3):
        await limiter.take(PRIVATE, by_log=False, now=START)
    for _ in range(50):
        await limiter.take(PRIVATE, by_log=False, now=START)
    assert await limiter.take(OTHER, by_log=False, now=START) == 0


async def test_the_bots_bucket_holds_over_many_chats(limiter):
    went = [await limiter.take(chat, by_log=False, now=START) == 0 for chat in range(1, 50)]
    assert sum(went) == LIMITS.bot_burst


async def test_a_groups_minute_slides(limiter):
    # given twenty at ten a second
    for n in range(20):
        now = START + n * SECOND // 10
        assert await limiter.take(GROUP, by_log=True, now=now) == 0
    # then the next goes when the first has left the window, and only that one
    assert await limiter.used(GROUP, now=now) == (20, 0.0)
    wait = await limiter.take(GROUP, by_log=True, now=now)
    later = now + wait
    assert START + WINDOW_SECONDS * SECOND < later <= START + WINDOW_SECONDS * SECOND + 1000
    used, since_last = await limiter.used(GROUP, now=later)
    assert used == 19
    assert since_last == (later - now) / SECOND
    assert await limiter.take(GROUP, by_log=True, now=later) == 0
    assert await limiter.take(GROUP, by_log=True, now=later) > 0


async def test_of_overlapping_pauses_the_longest_holds(limiter):
    ends = [await limiter.pause(PRIVATE, s, now=START) for s in (5, 60, 10)]
    assert ends == [START + s * SECOND for s in (5, 60, 60)]
    assert await limiter.take(PRIVATE, by_log=False, now=START + SECOND) == 59 * SECOND


async def test_one_chats_pause_never_delays_another_but_the_bots_delays_all(limiter):
    await limiter.pause(PRIVATE, 3600, now=START)
    assert await limiter.take(OTHER, by_log=False, now=START) == 0
    await limiter.pause(None, 7, now=START)
    assert await limiter.take(OTHER, by_log=False, now=START) == 7 * SECOND
    assert await limiter.take(GROUP, by_log=True, now=START) == 7 * SECOND


async def test_the_urgent_wait_for_one_interval_however_many_others_press(limiter):
    # given a bot that has sent all it may, and feeds that ask every millisecond
    for chat in range(1, 1 + LIMITS.bot_burst):
        assert await limiter.take(chat, by_log=False, now=START) == 0
    now, went = START, []
    asked = START + 2_500
    due = asked
    for _ in range(200):
        now += 1_000
        # when an answer wants to go, and asks again whenever it was told to
        if not went and now >= due:
            wait = await limiter.take(99, by_log=False, priority=Priority.ANSWER, now=now)
            due = now + wait
            if not wait:
                went.append(now)
        await limiter.take(1_000 + now, by_log=False, priority=Priority.FEED, now=now)
    # then
    assert went
    assert went[0] - asked <= SECOND // 25 + 2_000


async def test_whoever_waits_for_its_own_chat_keeps_nobody_back(limiter):
    for _ in range(3):
        await limiter.take(PRIVATE, by_log=False, priority=Priority.ANSWER, now=START)
    assert await limiter.take(PRIVATE, by_log=False, priority=Priority.ANSWER, now=START) > 0
    assert await limiter.take(OTHER, by_log=False, priority=Priority.FEED, now=START) == 0


async def test_the_urgent_who_do_not_come_back_delay_the_others_by_a_moment_only(limiter):
    for chat in range(1, 1 + LIMITS.bot_burst):
        await limiter.take(chat, by_log=False, now=START)
    await limiter.take(99, by_log=False, priority=Priority.ANSWER, now=START)
    assert await limiter.take(98, by_log=False, priority=Priority.FEED, now=START + 60_000) > 0
    assert await limiter.take(98, by_log=False, priority=Priority.FEED, now=START + 150_000) == 0


async def test_a_bot_that_was_told_to_wait_sends_less_and_recovers(limiter):
    async def in_ten_seconds(since: int) -> int:
        went = 0
        for step in range(10_000):
            chat = since // SECOND * 100_000 + step
            went += await limiter.take(chat, by_log=False, now=since + step * 1_000) == 0
        return went

    # given
    assert await in_ten_seconds(START) >= 250
    now = START + 20 * SECOND
    # when several are refused at once, and again later
    assert [await limiter.slow_down(now=now + n) for n in range(3)] == [0.75] * 3
    slowed = await in_ten_seconds(now)
    assert await limiter.slow_down(now=now + 10 * SECOND) == pytest.approx(0.85 * 0.75, abs=1e-3)
    # then it is slower by a quarter, gets some of it back meanwhile, and all in the end
    assert 0.75 * 250 <= slowed <= 0.85 * 250 + LIMITS.bot_burst
    assert await in_ten_seconds(now + 100 * SECOND) >= 250


async def test_however_often_it_is_told_to_wait_it_never_stops(limiter):
    shares = [await limiter.slow_down(now=START + n * SECOND) for n in range(50)]
    assert min(shares) == 0.2


def test_no_second_holds_more_than_telegram_takes_whatever_the_rate():
    for rate in (1, 10, 25, 28, 29.5, 30):
        limits = Limits(rate, chat_per_second=1, chat_burst=3, group_per_minute=20)
        assert limits.bot_burst == 1 or rate + limits.bot_burst <= 30
    assert Limits(300, chat_per_second=1, chat_burst=3, group_per_minute=20).bot_burst == 50


async def test_a_clock_set_back_by_an_hour_does_not_silence_anybody_for_an_hour(limiter):
    for _ in range(20):
        await limiter.take(PRIVATE, by_log=False, now=START)
    for n in range(20):
        await limiter.take(GROUP, by_log=True, now=START + n * SECOND)
    back = START - 3600 * SECOND
    assert await limiter.take(PRIVATE, by_log=False, now=back) <= 10 * SECOND
    assert await limiter.take(GROUP, by_log=True, now=back) <= 62 * SECOND


async def test_in_production_the_servers_own_clock_counts(limiter):
    assert [await limiter.take(PRIVATE, by_log=False) for _ in range(3)] == [0, 0, 0]
    assert 0 < await limiter.take(PRIVATE, by_log=False) <= 1_112_000
    assert await limiter.bot_paused_for() == 0
    await limiter.pause(None, 100)
    assert 90 < await limiter.bot_paused_for() <= 100


async def test_every_key_ends_by_itself(limiter, redis):
    await limiter.take(PRIVATE, by_log=False)
    await limiter.take(GROUP, by_log=True)
    await limiter.pause(PRIVATE, 5)
    await limiter.slow_down()
    async with asyncio.timeout(60):
        while await limiter.take(OTHER, by_log=False) == 0:
            pass
    for chat in range(3, 40):
        await limiter.take(chat, by_log=False)
    keys = await redis.keys("limit:*")
    assert {"limit:slow", "limit:waiting"} <= {
        key.decode() if isinstance(key, bytes) else key for key in keys
    }
    assert all([0 < await redis.ttl(key) < 200 for key in keys])
