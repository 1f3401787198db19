"""The limiter's script on a real server, with a clock that the test moves."""

from __future__ import annotations

import asyncio
from bisect import bisect_right

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.redis.connection import open_redis
from data.redis.limiter import WINDOW_SECONDS, Limiter, Limits
from tests.effort import examples

SECOND = 1_000_000
START = 1_800_000_000 * SECOND
LIMITS = Limits(bot_per_second=25, chat_per_second=0.9, chat_burst=3, group_per_minute=20)

PRIVATE, OTHER = 1, 2
GROUP, SUPERGROUP = -1, -2

# (seconds to let pass, chat, seconds to pause it before asking or None)
steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 0.001, 0.04, 0.3, 1.1, 3, 20, 59.9, 60, 61, 200]),
        st.sampled_from([PRIVATE, OTHER, GROUP, SUPERGROUP]),
        st.sampled_from([None] * 9 + [0.5, 5, 90]),
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
            for wait, chat, pause in plan:
                now += round(wait * SECOND)
                if pause is not None:
                    end = await limiter.pause(chat, pause, now=now)
                    assert end >= now + pause * SECOND
                    pauses.append((len(gone), now + round(pause * SECOND), chat))
                if await limiter.take(chat, by_log=chat < 0, now=now) == 0:
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
    after = START + waits[0] * 1000
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
    assert await limiter.room(GROUP, now=now) == 0
    wait = await limiter.take(GROUP, by_log=True, now=now)
    later = now + wait * 1000
    assert START + WINDOW_SECONDS * SECOND < later <= START + WINDOW_SECONDS * SECOND + 1000
    assert await limiter.room(GROUP, now=later) == 1
    assert await limiter.take(GROUP, by_log=True, now=later) == 0
    assert await limiter.take(GROUP, by_log=True, now=later) > 0


async def test_of_overlapping_pauses_the_longest_holds(limiter):
    ends = [await limiter.pause(PRIVATE, s, now=START) for s in (5, 60, 10)]
    assert ends == [START + s * SECOND for s in (5, 60, 60)]
    assert await limiter.take(PRIVATE, by_log=False, now=START + SECOND) == 59_000


async def test_one_chats_pause_never_delays_another_but_the_bots_delays_all(limiter):
    await limiter.pause(PRIVATE, 3600, now=START)
    assert await limiter.take(OTHER, by_log=False, now=START) == 0
    await limiter.pause(None, 7, now=START)
    assert await limiter.take(OTHER, by_log=False, now=START) == 7_000
    assert await limiter.take(GROUP, by_log=True, now=START) == 7_000


async def test_a_clock_set_back_by_an_hour_does_not_silence_anybody_for_an_hour(limiter):
    for _ in range(20):
        await limiter.take(PRIVATE, by_log=False, now=START)
    for n in range(20):
        await limiter.take(GROUP, by_log=True, now=START + n * SECOND)
    back = START - 3600 * SECOND
    assert await limiter.take(PRIVATE, by_log=False, now=back) <= 10_000
    assert await limiter.take(GROUP, by_log=True, now=back) <= 62_000


async def test_in_production_the_servers_own_clock_counts(limiter):
    assert [await limiter.take(PRIVATE, by_log=False) for _ in range(3)] == [0, 0, 0]
    assert 0 < await limiter.take(PRIVATE, by_log=False) <= 1112
    assert await limiter.bot_paused_for() == 0
    await limiter.pause(None, 100)
    assert 90 < await limiter.bot_paused_for() <= 100


async def test_every_key_ends_by_itself(limiter, redis):
    await limiter.take(PRIVATE, by_log=False)
    await limiter.take(GROUP, by_log=True)
    await limiter.pause(PRIVATE, 5)
    keys = await redis.keys("*")
    assert len(keys) == 4
    assert all([0 < await redis.ttl(key) < 200 for key in keys])
