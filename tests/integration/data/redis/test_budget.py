"""Command budgets on a real Valkey: how much is granted, how often it is told, when it is over."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from data.redis.budget import REST, Budgets, Granted, Rate, Spent

ADA, BOB, GROUP = "1", "2", "-1"
SECOND = 1_000_000
NOW = 1_800_000_000 * SECOND
RATE = Rate(per_minute=60, burst=3)


async def test_a_flood_is_told_once_and_then_ignored(redis: Redis) -> None:
    budgets = Budgets(redis)
    found = [await budgets.spend({ADA: RATE}, now=NOW) for _ in range(6)]

    assert found[:3] == [Granted()] * 3
    assert found[3] == Spent(REST, is_news=True)
    for one in found[4:]:
        assert isinstance(one, Spent)
        assert not one.is_news
        assert timedelta() < one.rest <= REST
    assert await budgets.spend({BOB: RATE}, now=NOW) == Granted()


async def test_the_bucket_fills_again_while_nobody_listens(redis: Redis) -> None:
    budgets = Budgets(redis)
    for _ in range(4):
        await budgets.spend({ADA: RATE}, now=NOW)
    await redis.delete(f"budget:rest:{ADA}")

    assert [await budgets.spend({ADA: RATE}, now=NOW + SECOND) for _ in range(2)] == [
        Granted(),
        Spent(REST, is_news=True),
    ]


async def test_in_a_group_both_must_have_room_and_neither_pays_for_the_other(redis: Redis) -> None:
    budgets, roomy = Budgets(redis), Rate(per_minute=60, burst=4)
    for _ in range(3):
        assert await budgets.spend({ADA: RATE, GROUP: roomy}, now=NOW) == Granted()
    assert isinstance(await budgets.spend({ADA: RATE, GROUP: roomy}, now=NOW), Spent)
    # the group has one left, and whoever else is in it is still heard
    assert await budgets.spend({BOB: RATE, GROUP: roomy}, now=NOW) == Granted()
    assert await budgets.spend({BOB: RATE, GROUP: roomy}, now=NOW) == Spent(REST, is_news=True)
    # that was the group's flood, not Bob's
    assert await budgets.spend({BOB: RATE}, now=NOW) == Granted()


async def test_everything_expires(redis: Redis) -> None:
    budgets = Budgets(redis)
    for _ in range(4):
        await budgets.spend({ADA: RATE, GROUP: RATE})
    keys = await redis.keys("budget:*")

    assert len(keys) == 4
    for key in keys:
        assert 0 < await redis.ttl(key) <= 60


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    pauses=st.lists(st.integers(0, 5 * SECOND), min_size=1, max_size=30),
    rate=st.builds(Rate, st.integers(1, 600), st.integers(1, 10)),
)
async def test_no_span_of_time_sees_more_than_burst_and_rate(
    redis: Redis, pauses: list[int], rate: Rate
) -> None:
    await redis.flushdb()
    budgets, now, granted = Budgets(redis), NOW, []
    for pause in pauses:
        now += pause
        if isinstance(await budgets.spend({ADA: rate}, now=now), Granted):
            granted.append(now)
        await redis.delete(f"budget:rest:{ADA}")

    assert granted
    for first, begun in enumerate(granted):
        for last, ended in enumerate(granted[first:], first):
            most = (ended - begun) * rate.per_minute / (60 * SECOND) + rate.burst
            assert last - first + 1 <= most + 1e-9
