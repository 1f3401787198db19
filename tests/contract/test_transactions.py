import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from data.database import Database
from data.model import ChatKind, ChatState
from data.queries import alerts, chats, messages, movements, watches
from tests.contract.samples import DEFAULT, NOW, a_chat, address, alerted, key, movement, stored


async def test_an_error_rolls_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await a_chat(connection)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await fail()

    async with database.read() as connection:
        assert await chats.count(connection) == 0


async def test_what_only_reads_leaves_nothing_behind(database: Database) -> None:
    async with database.read() as connection:
        await a_chat(connection)
    async with database.read() as connection:
        assert await chats.count(connection) == 0


async def test_concurrent_writers_all_succeed(database: Database) -> None:
    """Each reads before it writes: begun as a reader, SQLite would refuse the second one."""
    ready = asyncio.Barrier(2)

    async def write(chat_id: int) -> None:
        await ready.wait()
        async with database.write() as connection:
            before = await chats.count(connection)
            await asyncio.sleep(0.05)  # long enough for the other to be in the way
            await chats.meet(connection, chat_id, ChatKind.PRIVATE, DEFAULT, NOW)
            assert await chats.count(connection) >= before + 1

    for first in (1, 3, 5):
        await asyncio.gather(write(first), write(first + 1))

    async with database.read() as connection:
        assert await chats.count(connection) == 6


async def test_a_reader_is_not_held_up_by_a_writer_and_sees_no_half_of_its_work(
    database: Database,
) -> None:
    async with database.write() as writer:
        await a_chat(writer, 1)
        async with asyncio.timeout(10), database.read() as reader:
            assert await chats.count(reader) == 0


async def test_a_reader_on_sqlite_keeps_its_view(migrated_sqlite: str) -> None:
    database = Database(migrated_sqlite)
    async with database.read() as reader:
        assert await chats.count(reader) == 0
        async with database.write() as writer:
            await a_chat(writer, 1)
        assert await chats.count(reader) == 0
    async with database.read() as reader:
        assert await chats.count(reader) == 1
    await database.close()


async def test_sqlite_is_set_up_on_every_connection(migrated_sqlite: str) -> None:
    database = Database(migrated_sqlite)
    async with database.read() as first, database.read() as second:
        for connection in (first, second):
            found = {
                name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in ("foreign_keys", "journal_mode", "busy_timeout", "synchronous")
            }
            assert found == {
                "foreign_keys": 1,
                "journal_mode": "wal",
                "busy_timeout": 30_000,
                "synchronous": 2,
            }
    await database.close()


async def test_foreign_keys_are_kept(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        (moved,) = await stored(connection, movement(1))

    async def alert_nobody() -> None:
        async with database.write() as connection:
            await alerted(connection, 404, moved)

    with pytest.raises(IntegrityError):
        await alert_nobody()


async def test_a_chat_takes_what_is_its_own_with_it(database: Database) -> None:
    async with database.write() as connection:
        for chat_id in (1, 2):
            await a_chat(connection, chat_id)
            await watches.add(connection, chat_id, now=NOW, address=address(1))
            await messages.record(connection, chat_id, 0, 10, NOW)
        (moved,) = await stored(connection, movement(1))
        await alerted(connection, 1, moved)
        await chats.set_state(connection, 1, ChatState.GONE, "deleted")
        await connection.execute(text("DELETE FROM chats WHERE id = 1"))

        assert await watches.count(connection) == 1
        assert await messages.count(connection) == 1
        assert await alerts.oldest_pending(connection) == (0, None)
        assert len(await movements.load(connection, [key(moved)])) == 1


async def test_an_exhausted_pool_is_a_lost_connection(migrated_sqlite: str) -> None:
    database = Database(migrated_sqlite)
    database.engine.sync_engine.pool._timeout = 0.1  # type: ignore[attr-defined]
    database.engine.sync_engine.pool._max_overflow = 0  # type: ignore[attr-defined]

    async def use_one_too_many() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(21):
                await stack.enter_async_context(database.read())

    with pytest.raises(OSError, match="no connection of the pool"):
        await use_one_too_many()
    await database.close()
