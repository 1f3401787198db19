import asyncio

import pytest

from bot.delivery.turnstile import Turnstile


async def passes(turnstile: Turnstile, rank: float, seen: list[float]) -> None:
    async with turnstile.passing(rank):
        await asyncio.sleep(0)
        seen.append(rank)


async def test_whoever_has_the_lowest_rank_is_next() -> None:
    turnstile, seen = Turnstile(), []
    async with turnstile.passing(0):
        waiting = [asyncio.ensure_future(passes(turnstile, rank, seen)) for rank in (5, 2, 9, 2.5)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    assert seen == [2, 2.5, 5, 9]


async def test_whoever_is_cancelled_while_waiting_holds_nobody_up() -> None:
    # given two that wait
    turnstile, seen = Turnstile(), []
    async with turnstile.passing(0):
        gone, stays = [asyncio.ensure_future(passes(turnstile, rank, seen)) for rank in (1, 2)]
        await asyncio.sleep(0)
        # when the first is cancelled
        gone.cancel()
    # then the second passes
    await asyncio.wait_for(stays, 10)
    assert seen == [2]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_whoever_is_cancelled_as_its_turn_comes_hands_it_on() -> None:
    turnstile, seen = Turnstile(), []
    async with turnstile.passing(0):
        gone, stays = [asyncio.ensure_future(passes(turnstile, rank, seen)) for rank in (1, 2)]
        await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait_for(stays, 10)
    assert seen == [2]


async def test_whoever_is_never_next_gives_up_and_holds_nobody_up() -> None:
    # given one who stays inside
    turnstile, seen = Turnstile(), []
    async with turnstile.passing(0) as is_first:
        # when another will not wait for long
        async with turnstile.passing(1, 0.01) as is_second:
            assert (is_first, is_second) == (True, False)
        stays = asyncio.ensure_future(passes(turnstile, 2, seen))
        await asyncio.sleep(0)
    # then the third is next
    await asyncio.wait_for(stays, 10)
    assert seen == [2]
