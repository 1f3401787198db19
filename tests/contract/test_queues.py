import asyncio
from datetime import timedelta

from sqlalchemy import delete, select, update

from data.columns import DatabaseNow
from data.database import Database
from data.model import Priority
from data.queries import alerts, messages, queues
from data.queries.queues import ChatLease
from data.tables import chat_queues
from tests.contract.samples import NOW, a_chat, alerted, key, movement, stored

LONG = timedelta(hours=1)
NO_TIME = timedelta(milliseconds=-10)
AT_ONCE = timedelta()


async def queue(database: Database, *rows: tuple[int, Priority]) -> None:
    async with database.write() as connection:
        for chat_id, _ in rows:
            await a_chat(connection, chat_id)
        await queues.enqueue(connection, rows)


async def lease(
    database: Database, owner: str = "a", duration: timedelta = LONG, limit: int = 10
) -> list[ChatLease]:
    async with database.write() as connection:
        return await queues.lease(connection, owner, duration, limit)


async def test_the_most_urgent_goes_first_then_who_waits_longest(database: Database) -> None:
    await queue(database, (1, Priority.FEED), (2, Priority.EDIT))
    for chat_id in (3, 4, 5):
        await asyncio.sleep(0.002)  # SQLite's clock counts milliseconds
        await queue(database, (chat_id, Priority.WATCH))

    first = await lease(database, limit=2)
    rest = await lease(database)

    assert [held.chat_id for held in first] == [3, 4]
    assert [held.chat_id for held in rest] == [5, 2, 1]
    assert await lease(database) == []


async def test_a_chat_becomes_more_urgent_never_less(database: Database) -> None:
    await queue(database, (1, Priority.FEED), (2, Priority.WATCH))
    await queue(database, (1, Priority.WATCH), (1, Priority.FEED), (2, Priority.FEED))
    async with database.read() as connection:
        rows = await connection.execute(select(chat_queues.c.chat_id, chat_queues.c.priority))

        assert sorted(tuple(row) for row in rows) == [(1, Priority.WATCH), (2, Priority.WATCH)]


async def test_nothing_is_queued_of_nothing(database: Database) -> None:
    await queue(database)

    assert await lease(database) == []


async def test_what_changed_under_a_worker_stays_queued(database: Database) -> None:
    await queue(database, (1, Priority.FEED))
    (held,) = await lease(database)
    await queue(database, (1, Priority.WATCH))

    async with database.write() as connection:
        await queues.finish(connection, held)
    (again,) = await lease(database, "b")
    async with database.write() as connection:
        await queues.finish(connection, again)

    assert again.chat_id == 1
    assert again.version > held.version
    assert await lease(database) == []


async def test_a_chat_that_is_given_back_waits_for_its_pause(database: Database) -> None:
    await queue(database, (1, Priority.FEED), (2, Priority.FEED))
    paused, due = sorted(await lease(database), key=lambda held: held.chat_id)
    async with database.write() as connection:
        await queues.release(connection, paused, LONG)
        await queues.release(connection, due, AT_ONCE)
    await queue(
        database, (1, Priority.WATCH)
    )  # Telegram asked for a pause: urgency does not end it

    assert [held.chat_id for held in await lease(database, "b")] == [2]


async def test_a_lease_that_ran_out_is_taken_over_and_the_late_worker_changes_nothing(
    database: Database,
) -> None:
    await queue(database, (1, Priority.FEED))
    (late,) = await lease(database, "a", NO_TIME)
    (taken,) = await lease(database, "b")

    async with database.write() as connection:
        assert not await queues.renew(connection, late, LONG)
        await queues.release(connection, late, LONG)
        await queues.finish(connection, late)
    assert await lease(database, "c") == []

    async with database.write() as connection:
        assert await queues.renew(connection, taken, LONG)
        await queues.finish(connection, taken)
    async with database.read() as connection:
        assert (await connection.execute(select(chat_queues))).all() == []


async def test_a_renewed_lease_holds(database: Database) -> None:
    await queue(database, (1, Priority.FEED))
    (held,) = await lease(database, "a", NO_TIME)
    async with database.write() as connection:
        assert await queues.renew(connection, held, LONG)

    assert await lease(database, "b") == []


async def test_workers_never_share_a_chat_and_leave_none_out(database: Database) -> None:
    chats = range(1, 61)
    await queue(database, *((chat_id, Priority.FEED) for chat_id in chats))

    async def work(owner: str) -> list[int]:
        taken: list[int] = []
        while found := await lease(database, owner, limit=5):
            assert len(found) <= 5
            taken += [held.chat_id for held in found]
        return taken

    shares = await asyncio.gather(*(work(f"worker-{number}") for number in range(8)))

    assert sorted(chat_id for share in shares for chat_id in share) == list(chats)


async def test_a_lease_takes_no_more_than_its_limit_from_a_long_queue(database: Database) -> None:
    await queue(database, *((chat_id, Priority.FEED) for chat_id in range(1, 61)))

    found = await lease(database, limit=3)

    assert len(found) == 3
    async with database.read() as connection:
        held = await connection.execute(
            select(chat_queues.c.chat_id).where(chat_queues.c.lease_owner == "a")
        )
        assert {row.chat_id for row in held} == {one.chat_id for one in found}


async def test_writers_and_workers_at_once_lose_no_alert(database: Database) -> None:
    """Writers enqueue while workers finish: in the end, nothing pending is without a row."""
    async with database.write() as connection:
        for chat_id in range(1, 6):
            await a_chat(connection, chat_id)
        moved = await stored(connection, *(movement(tx) for tx in range(20)))
    told: list[int] = []

    async def write(part: int) -> None:
        for one in moved[part::2]:
            async with database.write() as connection:
                for chat_id in range(5, 0, -1):
                    await alerted(connection, chat_id, one)
                await queues.enqueue(connection, [(c, Priority.WATCH) for c in range(5, 0, -1)])

    async def work(owner: str) -> None:
        while len(told) < 100:
            for held in await lease(database, owner, limit=2):
                async with database.read() as connection:
                    found = await alerts.pending(connection, held.chat_id, 3)
                async with database.write() as connection:
                    await alerts.drop(connection, [alert.id for alert in found], "told")
                    if found:
                        await queues.release(connection, held, AT_ONCE)
                    else:
                        await queues.finish(connection, held)
                told.extend(alert.id for alert in found)
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(write(0), write(1), work("a"), work("b"), work("c"))

    assert len(told) == len(set(told)) == 100


async def test_repair_queues_what_has_no_row(database: Database) -> None:
    async with database.write() as connection:
        for chat_id in (1, 2, 3, 4, 5):
            await a_chat(connection, chat_id)
        moved, other = await stored(connection, movement(1), movement(2))
        await alerted(connection, 1, moved, priority=Priority.FEED)
        await alerted(connection, 1, other, priority=Priority.WATCH)
        for chat_id in (2, 3):  # both have a message to edit, and the third more to send
            await alerted(connection, chat_id, moved)
            pending = await alerts.pending(connection, chat_id, 10)
            ours = await messages.record(connection, chat_id, 0, 10, NOW)
            await alerts.sent(connection, [alert.id for alert in pending], ours)
        await alerts.restate(connection, [key(moved)])
        await alerted(connection, 3, other, priority=Priority.FEED)
        await alerted(connection, 4, moved)
        await queues.enqueue(connection, [(4, Priority.WATCH)])
        await connection.execute(update(chat_queues).values(version=40))

        repaired = await queues.repair(connection)
        again = await queues.repair(connection)
        rows = (await connection.execute(select(chat_queues))).all()

    assert (repaired, again) == (3, 0)
    assert {row.chat_id: row.priority for row in rows} == {
        1: Priority.WATCH,
        2: Priority.EDIT,
        3: Priority.EDIT,
        4: Priority.WATCH,
    }
    assert {row.version for row in rows if row.chat_id == 4} == {40}


async def test_repair_starts_from_an_empty_queue(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await alerted(connection, 1, (await stored(connection, movement(1)))[0])
        await connection.execute(delete(chat_queues))
        await queues.repair(connection)

    assert [held.chat_id for held in await lease(database)] == [1]


async def test_a_chat_with_much_to_be_told_has_a_head_start_of_two_minutes(
    database: Database,
) -> None:
    # given chats that came before one with ten alerts, a group with many, and one with few
    await queue(database, (1, Priority.WATCH), (2, Priority.WATCH))
    await queue(database, *[(3, Priority.WATCH)] * 10)
    await queue(database, *[(-4, Priority.WATCH)] * 500, (5, Priority.WATCH))

    order = [held.chat_id for held in await lease(database)]

    assert order[:2] == [-4, 3]
    assert sorted(order[2:]) == [1, 2, 5]


async def test_what_comes_while_a_chat_waits_adds_to_its_head_start(database: Database) -> None:
    await queue(database, *[(1, Priority.FEED)] * 4)
    for _ in range(5):
        await queue(database, (2, Priority.FEED))

    assert [held.chat_id for held in await lease(database)] == [2, 1]


async def test_a_chat_that_never_comes_to_an_end_keeps_nobody_back_for_long(
    database: Database,
) -> None:
    # given a chat that has waited for an hour, with a new one beside it
    await queue(database, (1, Priority.FEED), (2, Priority.FEED))
    async with database.write() as connection:
        an_hour_ago = DatabaseNow(-LONG)
        await connection.execute(
            update(chat_queues).where(chat_queues.c.chat_id == 1).values(start_by=an_hour_ago)
        )
    held = (await lease(database, limit=1))[0]
    # when it is given back
    async with database.write() as connection:
        await queues.release(connection, held, AT_ONCE)
    # then it is before the other by two minutes, no more
    async with database.read() as connection:
        rows = await connection.execute(select(chat_queues.c.chat_id, chat_queues.c.start_by))
        start = {row.chat_id: row.start_by for row in rows}
    assert start[2] - start[1] < queues.MOST_HEAD_START
