import asyncio

import pytest

from bench.virtual import in_virtual_time
from bot.delivery.alone import PRESENT_FOR, SIGN_IN_EVERY, Alone
from data.redis.limiter import Limits

LIMITS = Limits(bot_per_second=20, chat_per_second=1, chat_burst=3, group_per_minute=20)


def sent_in_ten_seconds(workers: int) -> int:
    """How many messages to as many chats go, once all know of each other."""

    async def main() -> int:
        loop = asyncio.get_running_loop()
        alone, sent = Alone(LIMITS), 0
        alone.signed_in(workers)
        alone.begin()
        await asyncio.sleep(SIGN_IN_EVERY + 2)
        end = loop.time() + 10
        while loop.time() < end:
            alone.signed_in(workers)
            wait = alone.take(1 + sent, by_log=False, ages=())
            sent += not wait
            await asyncio.sleep(wait)
        return sent

    return in_virtual_time(main())


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_each_takes_its_share_and_no_more(workers: int) -> None:
    share = 10 * LIMITS.bot_per_second / workers

    assert 0.9 * share <= sent_in_ten_seconds(workers) <= share + 1


def waits(ages: list[float], *, by_log: bool, signed_in: bool = True) -> float:
    async def main() -> float:
        alone = Alone(LIMITS)
        if signed_in:
            alone.signed_in(1)
            await asyncio.sleep(SIGN_IN_EVERY + 2)
        return alone.take(5, by_log=by_log, ages=ages)

    return in_virtual_time(main())


def test_what_others_sent_to_a_group_in_the_last_minute_counts() -> None:
    assert waits([2.0 * n for n in range(19)], by_log=True) == 0
    assert waits([2.0 * n for n in range(20)], by_log=True) == pytest.approx(61 - 38, abs=0.01)


def test_whoever_does_not_know_the_others_sends_nothing() -> None:
    assert waits([], by_log=False, signed_in=False) > 0


def test_whoever_has_just_come_waits_until_the_others_know_it() -> None:
    async def main() -> float:
        alone = Alone(LIMITS)
        alone.signed_in(2)
        return alone.take(5, by_log=False, ages=())

    assert in_virtual_time(main()) >= SIGN_IN_EVERY


def test_whoever_could_not_sign_in_for_too_long_sends_nothing() -> None:
    async def main() -> float:
        alone = Alone(LIMITS)
        alone.signed_in(1)
        await asyncio.sleep(PRESENT_FOR + 0.1)
        return alone.take(5, by_log=False, ages=())

    assert in_virtual_time(main()) > 0


def test_of_overlapping_pauses_the_longest_holds() -> None:
    async def main() -> tuple[float, dict[int | None, float]]:
        alone = Alone(LIMITS)
        for seconds in (5, 3600, 10):
            alone.pause(None, seconds)
        return alone.bot_paused_for(), alone.pauses()

    paused, told = in_virtual_time(main())
    assert paused == pytest.approx(3600)
    assert told[None] == pytest.approx(3600)


def test_chats_that_were_told_long_ago_are_forgotten() -> None:
    async def main() -> tuple[int, int]:
        alone = Alone(LIMITS)
        alone.signed_in(1)
        await asyncio.sleep(SIGN_IN_EVERY + 2)
        for chat in range(1, 101):
            alone.pause(-chat, 30)
            while wait := alone.take(chat, by_log=False, ages=()):
                await asyncio.sleep(wait)
                alone.signed_in(1)
        before = len(alone._went) + len(alone._paused_until)
        await asyncio.sleep(120)
        alone.signed_in(1)
        return before, len(alone._went) + len(alone._paused_until)

    assert in_virtual_time(main()) == (200, 0)
