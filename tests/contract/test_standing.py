from datetime import timedelta

from data.database import Database
from data.model import Priority
from data.queries import queues, standing
from tests.contract.samples import NOW, a_chat, alerted, movement, stored

MINUTE = timedelta(minutes=1)


async def waiting(database: Database, chat_id: int, tx: int, ago: timedelta) -> None:
    async with database.write() as connection:
        await a_chat(connection, chat_id)
        (moved,) = await stored(connection, movement(tx))
        await alerted(connection, chat_id, moved, now=NOW - ago)
        await queues.enqueue(connection, [(chat_id, Priority.WATCH)])


async def left_alone(database: Database, pause: timedelta) -> int:
    """The chat that is due, left alone for so long."""
    async with database.write() as connection:
        (held,) = await queues.lease(connection, "a", MINUTE, 1)
        await queues.release(connection, held, pause)
    return held.chat_id


async def test_what_telegram_wants_left_alone_is_not_to_leave(database: Database) -> None:
    await waiting(database, 1, 1, timedelta(hours=3))
    assert await left_alone(database, timedelta(hours=2)) == 1
    async with database.read() as connection:
        assert await standing.oldest_to_leave(connection, MINUTE, NOW) is None
        assert (await standing.queue(connection, NOW)).since == NOW - timedelta(hours=3)

    await waiting(database, 2, 2, timedelta(hours=1))
    async with database.read() as connection:
        since = await standing.oldest_to_leave(connection, MINUTE, NOW)
    assert since == NOW - timedelta(hours=1)


async def test_what_is_soon_tried_again_is_to_leave(database: Database) -> None:
    await waiting(database, 1, 1, timedelta(hours=3))
    await left_alone(database, timedelta(seconds=8))
    async with database.read() as connection:
        assert await standing.oldest_to_leave(connection, MINUTE, NOW) == NOW - timedelta(hours=3)
