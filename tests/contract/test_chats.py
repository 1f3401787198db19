from datetime import timedelta
from decimal import Decimal

from data.database import Database
from data.model import ChatKind, ChatState
from data.queries import chats, moving
from tests.contract.samples import DEFAULT, NOW, a_chat


async def test_a_chat_is_met_once_and_keeps_what_it_chose(database: Database) -> None:
    async with database.write() as connection:
        met = await a_chat(connection, -1001234567890123)
        await chats.set_default_threshold(connection, met.id, Decimal("250000.5"))
        await chats.mute(connection, met.id, NOW + timedelta(hours=1))
    async with database.write() as connection:
        later = NOW + timedelta(days=1)
        again = await chats.meet(connection, met.id, ChatKind.SUPERGROUP, DEFAULT, later)
    async with database.read() as connection:
        read = await chats.get(connection, met.id)
        number = await chats.count(connection)

    assert (met.state, met.default_threshold_usd) == (ChatState.ACTIVE, DEFAULT)
    assert again == read
    assert again.kind is ChatKind.SUPERGROUP
    assert again.default_threshold_usd == Decimal("250000.5")
    assert again.muted_until == NOW + timedelta(hours=1)
    assert again.created_at == NOW
    assert number == 1


async def test_a_blocked_chat_is_active_again_when_it_speaks(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 5)
        await chats.set_state(connection, 5, ChatState.BLOCKED, "bot was blocked by the user")
        blocked = await chats.get(connection, 5)
        await a_chat(connection, 5)
        back = await chats.get(connection, 5)

    assert blocked is not None
    assert back is not None
    assert (blocked.state, back.state) == (ChatState.BLOCKED, ChatState.ACTIVE)


async def test_a_chat_that_moved_stays_where_it_went(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 5)
        await moving.move(connection, 5, -1005)
        met = await a_chat(connection, 5)

    assert (met.state, met.moved_to) == (ChatState.MOVED, -1005)


async def test_a_mute_can_be_ended(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 5)
        await chats.mute(connection, 5, NOW)
        await chats.mute(connection, 5, None)
        chat = await chats.get(connection, 5)

    assert chat is not None
    assert chat.muted_until is None


async def test_a_chat_that_was_never_met_is_none(database: Database) -> None:
    async with database.read() as connection:
        assert await chats.get(connection, 404) is None
        assert await chats.count(connection) == 0


async def test_a_chat_of_which_nothing_is_new_needs_no_writing(database: Database) -> None:
    async with database.write() as connection:
        met = await chats.meet(connection, 5, ChatKind.PRIVATE, DEFAULT, NOW, "ru")
        await a_chat(connection, 6)
        await chats.set_state(connection, 6, ChatState.BLOCKED, None)
    async with database.read() as connection:
        known = [
            await chats.spoken(connection, 5, ChatKind.PRIVATE, language)
            for language in ("ru", None, "es")
        ]
        others = [
            await chats.spoken(connection, 5, ChatKind.SUPERGROUP, "ru"),
            await chats.spoken(connection, 6, ChatKind.PRIVATE, None),
            await chats.spoken(connection, 7, ChatKind.PRIVATE, None),
        ]

    assert known == [(met, None), (met, None), None]
    assert others == [None, None, None]
