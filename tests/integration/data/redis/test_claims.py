"""Claims on a real server: who may send, and what is known of a send."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.redis.claims import AlreadySent, Claimed, Claims, HeldByOther, Uncertain

KEY, OTHER = "notified:ethereum:aa:1:0:alert:1", "notified:ethereum:bb:1:0:alert:1"
LONG = timedelta(seconds=60)


@pytest.fixture
def one(redis):
    return Claims(redis, "one", LONG)


@pytest.fixture
def two(redis):
    return Claims(redis, "two", LONG)


async def run_out(redis, key=KEY):
    """Let the lease on a key run out now."""
    owner = (await redis.get(key)).split(":")[1]
    await redis.set(key, f"lease:{owner}:1", keepttl=True)


async def test_the_first_gets_it_and_the_second_hears_for_how_long(one, two):
    assert await one.claim([KEY]) == [Claimed()]
    (answer,) = await two.claim([KEY])
    assert isinstance(answer, HeldByOther)
    assert timedelta(seconds=50) < answer.left <= LONG


async def test_a_key_is_kept_for_a_week_though_its_lease_is_short(one, redis):
    await one.claim([KEY])
    assert (await redis.get(KEY)).startswith("lease:one:")
    assert 6 * 86_400 < await redis.ttl(KEY) <= 7 * 86_400
    await one.sent([KEY], 5)
    assert await redis.get(KEY) == "sent:5"
    assert 6 * 86_400 < await redis.ttl(KEY) <= 7 * 86_400


async def test_what_was_sent_is_known_with_its_message(one, two):
    await one.claim([KEY])
    await one.sent([KEY], 77)
    assert await two.claim([KEY]) == [AlreadySent(77)]


async def test_a_lease_that_ran_out_is_uncertain_and_taken_over(one, two, redis):
    await one.claim([KEY])
    await run_out(redis)
    assert await two.claim([KEY]) == [Uncertain()]
    (answer,) = await one.claim([KEY])
    assert isinstance(answer, HeldByOther)


async def test_a_send_that_certainly_did_not_happen_leaves_no_mark(one, two):
    await one.claim([KEY])
    await one.release([KEY], [])
    assert await two.claim([KEY]) == [Claimed()]


async def test_what_was_uncertain_stays_so_after_a_failed_repeat(one, two, redis):
    await one.claim([KEY])
    await run_out(redis)
    await two.claim([KEY])
    await two.release([], [KEY])
    assert await one.claim([KEY]) == [Uncertain()]


async def test_doubt_is_uncertain_at_once(one, two):
    await one.claim([KEY])
    await one.doubt([KEY])
    assert await two.claim([KEY]) == [Uncertain()]


async def test_nobody_releases_anothers_lease(one, two, redis):
    await one.claim([KEY])
    await run_out(redis)
    await two.claim([KEY])
    await one.release([KEY], [])
    await one.doubt([KEY])
    (answer,) = await one.claim([KEY])
    assert isinstance(answer, HeldByOther)


async def test_a_late_answer_of_telegrams_counts_whoever_has_the_lease(one, two, redis):
    await one.claim([KEY])
    await run_out(redis)
    await two.claim([KEY])
    await one.sent([KEY], 8)
    assert await two.claim([KEY]) == [AlreadySent(8)]
    await two.sent([KEY], 9)
    assert await one.claim([KEY]) == [AlreadySent(8)]


async def test_several_keys_are_answered_each_on_its_own(one, two):
    await one.claim([OTHER])
    await one.sent([OTHER], 3)
    assert await two.claim([KEY, OTHER]) == [Claimed(), AlreadySent(3)]
