import asyncio
from datetime import timedelta

from data.database import Database
from data.queries import leases

LONG = timedelta(hours=1)
OVER = timedelta(milliseconds=-10)


async def test_one_holds_a_chain_until_its_lease_runs_out(database: Database) -> None:
    async with database.write() as connection:
        assert await leases.holder(connection, "ethereum") is None
        assert await leases.acquire(connection, "ethereum", "a", LONG) == 1
        assert await leases.acquire(connection, "ethereum", "b", LONG) is None
        assert await leases.acquire(connection, "bsc", "b", LONG) == 1
        assert await leases.holder(connection, "ethereum") == ("a", 1)

        assert await leases.renew(connection, "ethereum", 1, OVER)
        assert await leases.holder(connection, "ethereum") is None
        assert await leases.acquire(connection, "ethereum", "b", LONG) == 2
        assert await leases.holder(connection, "ethereum") == ("b", 2)


async def test_the_epoch_grows_with_every_holder_even_the_same(database: Database) -> None:
    async with database.write() as connection:
        epochs = [await leases.acquire(connection, "ethereum", "a", LONG) for _ in range(3)]

        assert epochs == [1, 2, 3]
        assert not await leases.renew(connection, "ethereum", 2, LONG)


async def test_who_was_taken_over_cannot_renew_or_give_up(database: Database) -> None:
    async with database.write() as connection:
        await leases.acquire(connection, "ethereum", "a", OVER)
        await leases.acquire(connection, "ethereum", "b", LONG)

        assert not await leases.renew(connection, "ethereum", 1, LONG)
        await leases.give_up(connection, "ethereum", 1)
        assert await leases.holder(connection, "ethereum") == ("b", 2)


async def test_who_wakes_up_late_keeps_a_chain_that_nobody_took(database: Database) -> None:
    async with database.write() as connection:
        await leases.acquire(connection, "ethereum", "a", OVER)

        assert await leases.renew(connection, "ethereum", 1, LONG)
        assert await leases.holder(connection, "ethereum") == ("a", 1)


async def test_what_is_given_up_is_free_at_once(database: Database) -> None:
    for epoch in range(1, 20):
        async with database.write() as connection:
            assert await leases.acquire(connection, "ethereum", f"w{epoch}", LONG) == epoch
            await leases.give_up(connection, "ethereum", epoch)
            assert await leases.holder(connection, "ethereum") is None


async def test_of_standbys_at_once_one_takes_the_chain(database: Database) -> None:
    async def acquire(owner: str) -> int | None:
        async with database.write() as connection:
            return await leases.acquire(connection, "ethereum", owner, LONG)

    for epoch in (1, 2):
        taken = await asyncio.gather(*(acquire(f"{epoch}-{number}") for number in range(8)))
        assert [one for one in taken if one is not None] == [epoch]
        async with database.write() as connection:
            await leases.give_up(connection, "ethereum", epoch)
