"""A chain that an operator lets rest is not followed, says so, and goes on where it stopped."""

from __future__ import annotations

from datetime import UTC, datetime

from data.health import PAUSED, Verdict, check_chain
from data.queries import gaps, pauses
from tests.unit.watcher.test_follow import CHAIN, Ground, until
from tests.unit.watcher.test_follow import ground as ground
from tests.unit.watcher.test_follow import number_of_nodes as number_of_nodes


async def pause(ground: Ground) -> None:
    async with ground.database.write() as connection:
        await pauses.pause(connection, "bsc", 1, "Ada", datetime.now(UTC))

    async def rests() -> bool:
        status = await ground.status()
        return status is not None and status.state == PAUSED

    await until(rests)


async def resume(ground: Ground) -> None:
    async with ground.database.write() as connection:
        assert await pauses.resume(connection, "bsc")


async def test_a_paused_chain_says_so_and_catches_up_afterwards(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        await ground.alerted(ground.pay())

        await pause(ground)
        missed = ground.pay()
        status = await ground.status()
        assert status is not None
        (check, *_) = check_chain(CHAIN, status, datetime.now(UTC))
        assert missed not in await ground.alerts()
        assert check.verdict is Verdict.WARN
        assert "by the word of Ada" in check.detail

        await resume(ground)
        await ground.alerted(missed)
        await ground.following()

    async with ground.database.read() as connection:
        assert not await gaps.latest(connection, "bsc")


async def test_a_pause_outlives_the_watcher_that_heeded_it(ground: Ground) -> None:
    async with ground.follower():
        await ground.following()
        await pause(ground)
    missed = ground.pay()
    async with ground.follower("second"):
        await pause(ground)  # it says so by itself, too
        assert missed not in await ground.alerts()
        await resume(ground)
        await ground.alerted(missed)


async def test_after_a_long_pause_the_head_is_followed_and_the_gap_says_why(
    ground: Ground,
) -> None:
    async with ground.follower(catch_up_within=1):
        await ground.following()
        await pause(ground)
        ground.pay()
        ground.sandbox.chain.mine(60)
        await resume(ground)

        await ground.following()
        await ground.alerted(ground.pay())
    async with ground.database.read() as connection:
        (gap,) = await gaps.latest(connection, "bsc")
    assert gap.reason.startswith("paused by the operator: ")
