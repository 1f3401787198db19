from datetime import timedelta

from data.database import Database
from data.queries import send_claims, workers

LONG, OVER = timedelta(hours=1), timedelta(milliseconds=-10)
ONE, OTHER = "notified:one", "notified:other"


async def test_workers_that_signed_in_and_not_out_are_present(database: Database) -> None:
    async with database.write() as connection:
        assert await workers.sign_in(connection, "a", LONG) == 1
        assert await workers.sign_in(connection, "b", LONG) == 2
        assert await workers.sign_in(connection, "a", LONG) == 2
        await workers.sign_out(connection, "b")
        assert await workers.present(connection) == 1


async def test_a_worker_that_no_longer_signs_in_is_not_present(database: Database) -> None:
    async with database.write() as connection:
        await workers.sign_in(connection, "a", OVER)
        assert await workers.sign_in(connection, "b", LONG) == 1


async def test_a_claim_holds_until_it_runs_out_or_is_sent(database: Database) -> None:
    # given
    async with database.write() as connection:
        await send_claims.claim(connection, [ONE, OTHER], "a", LONG)
    # when
    async with database.write() as connection:
        await send_claims.sent(connection, [ONE], 17)
        await send_claims.doubt(connection, [OTHER])
    # then
    async with database.read() as connection:
        known = await send_claims.of_keys(connection, [ONE, OTHER, "notified:none"])
    assert known.keys() == {ONE, OTHER}
    assert known[ONE][:2] == ("a", 17)
    assert known[OTHER][:2] == ("a", None)
    assert known[OTHER][2] <= timedelta()


async def test_claims_are_taken_over_and_forgotten(database: Database) -> None:
    async with database.write() as connection:
        await send_claims.claim(connection, [ONE, OTHER], "a", OVER)
        await send_claims.claim(connection, [ONE], "b", LONG)
        await send_claims.forget(connection, [OTHER])
        known = await send_claims.of_keys(connection, [ONE, OTHER])
        assert await send_claims.are_any(connection)
        await send_claims.forget_old(connection)
        assert await send_claims.are_any(connection)
        await send_claims.forget(connection, [ONE])
        assert not await send_claims.are_any(connection)
    assert known[ONE][0] == "b"
    assert known[ONE][2] > timedelta()
