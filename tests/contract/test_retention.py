from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from data.database import Database
from data.model import CoverageGap
from data.queries import alerts, gaps, messages, movements, retention
from data.queries.retention import MOVEMENTS
from data.tables import legs
from tests.contract.samples import NOW, a_chat, alerted, forget, key, movement, ref, stored

OLD = replace(ref(1), time=NOW - timedelta(days=30))
LIMIT = NOW - timedelta(days=1)


async def test_what_is_old_goes_with_everything_that_hangs_on_it(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        old, told, fresh = await stored(
            connection, movement(1, block=OLD), movement(2, block=OLD), movement(3)
        )
        await alerted(connection, 1, told, now=OLD.time)
        ours = await messages.record(connection, 1, 0, 10, OLD.time)
        pending = await alerts.pending(connection, 1, 10)
        await alerts.sent(connection, [alert.id for alert in pending], ours)
        for opened in (OLD.time, NOW):
            await gaps.open_gap(connection, CoverageGap("ethereum", 1, 2, "why", opened))

        counts = await forget(connection, LIMIT)

        assert counts == {
            "alerts": 1,
            "messages": 1,
            "movements": 2,
            "pursuits": 0,
            "coverage_gaps": 1,
            "unverified_blocks": 0,
        }
        assert set(await movements.load(connection, [key(old), key(told), key(fresh)])) == {
            key(fresh)
        }
        assert (await connection.execute(select(func.count()).select_from(legs))).scalar_one() == 1
        assert await messages.count(connection) == 0
        assert [gap.opened_at for gap in await gaps.latest(connection, "ethereum")] == [NOW]
        assert not any((await forget(connection, LIMIT)).values())


async def test_an_alert_stays_as_long_as_it_waits(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        (moved,) = await stored(connection, movement(1, block=OLD))
        await alerted(connection, 1, moved, now=OLD.time)

        assert not any((await forget(connection, LIMIT)).values())
        assert len(await alerts.pending(connection, 1, 10)) == 1


async def test_movements_stay_as_long_as_an_alert_tells_of_their_transaction(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        largest, further, unrelated = await stored(
            connection,
            movement(1, of=1, block=OLD),
            movement(1, of=2, block=OLD),
            movement(2, of=2, block=OLD),
        )
        (elsewhere,) = await stored(connection, movement(1, of=2, block=replace(OLD, chain="bsc")))
        await alerted(connection, 1, largest, others=((2, key(further)),))
        (alert,) = await alerts.pending(connection, 1, 10)
        ours = await messages.record(connection, 1, 0, 10, OLD.time)
        await alerts.sent(connection, [alert.id], ours)

        counts = await forget(connection, LIMIT)

        everything = [key(one) for one in (largest, further, unrelated, elsewhere)]
        assert set(await movements.load(connection, everything)) == {key(largest), key(further)}
        assert counts == {
            "alerts": 0,
            "messages": 0,
            "movements": 2,
            "pursuits": 0,
            "coverage_gaps": 0,
            "unverified_blocks": 0,
        }
        assert [one.id for one in await alerts.of_message(connection, ours)] == [alert.id]


async def test_a_piece_looks_at_so_many_rows_and_says_where_to_go_on(database: Database) -> None:
    async with database.write() as connection:
        old = await stored(connection, *(movement(tx, block=OLD) for tx in range(5)))
        await stored(connection, *(movement(tx) for tx in range(5, 8)))
        ids = sorted(key(one) for one in old)

        first = await retention.clear(connection, MOVEMENTS, LIMIT, 0, 3)
        second = await retention.clear(connection, MOVEMENTS, LIMIT, ids[2], 3)
        third = await retention.clear(connection, MOVEMENTS, LIMIT, ids[4] + 1, 3)

    assert (first.rows, first.after) == (3, ids[2])
    assert (second.rows, second.after) == (2, ids[4] + 1)
    assert (third.rows, third.after) == (0, None)  # what follows is younger


async def test_what_came_late_goes_with_its_younger_neighbours(database: Database) -> None:
    async with database.write() as connection:
        block_of_a_gap = movement(9, block=OLD)
        for one in (movement(1, block=OLD), movement(2), block_of_a_gap, movement(3)):
            await stored(connection, one)

        assert (await forget(connection, LIMIT, piece=2))["movements"] == 2
