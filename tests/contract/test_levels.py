"""Who may do what, on both databases."""

from __future__ import annotations

from datetime import timedelta

from data.database import Database
from data.model import Chat, ChatKind, Level
from data.queries import census, chats, levels
from tests.contract.samples import DEFAULT, NOW, a_chat

PERSON, GROUP = 5, -1005


async def read(database: Database, chat_id: int) -> Chat:
    async with database.read() as connection:
        chat = await chats.get(connection, chat_id)
    assert chat is not None
    return chat


async def test_who_speaks_in_a_group_is_heard_with_their_own_level(database: Database) -> None:
    async with database.write() as connection:
        _, unknown = await chats.hear(
            connection, GROUP, ChatKind.SUPERGROUP, DEFAULT, NOW, speaker=PERSON
        )
        _, at_first = await chats.hear(
            connection, PERSON, ChatKind.PRIVATE, DEFAULT, NOW, speaker=PERSON, level=Level.GUEST
        )
        await levels.set_level(connection, PERSON, Level.BLOCKED)
        group, known = await chats.hear(
            connection, GROUP, ChatKind.SUPERGROUP, DEFAULT, NOW, title="Whales", speaker=PERSON
        )
        own, level = await chats.hear(
            connection, PERSON, ChatKind.PRIVATE, DEFAULT, NOW, speaker=PERSON, level=Level.MEMBER
        )

    assert (unknown, known, level) == (None, Level.BLOCKED, Level.BLOCKED)
    assert at_first in {None, Level.GUEST}
    assert (group.level, group.title) == (Level.MEMBER, "Whales")
    assert own.level is Level.BLOCKED


async def test_with_a_person_come_the_groups_that_waited_for_them(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, PERSON)
        for chat, level in ((GROUP, Level.GUEST), (GROUP - 1, Level.GUEST)):
            await chats.hear(connection, chat, ChatKind.SUPERGROUP, DEFAULT, NOW, level=level)
        await chats.added(connection, GROUP, ChatKind.SUPERGROUP, "Mine", PERSON, DEFAULT, NOW)
        assert await levels.set_level(connection, PERSON, Level.ADMIN)
        assert not await levels.set_level(connection, PERSON, Level.ADMIN)
        named = await levels.admins(connection)

    assert [one.id for one in named] == [PERSON]
    assert (await read(database, GROUP)).level is Level.MEMBER
    assert (await read(database, GROUP - 1)).level is Level.GUEST


async def test_of_two_who_decide_at_once_the_first_does(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, PERSON)
        await levels.set_level(connection, PERSON, Level.GUEST)
        assert await levels.set_level(connection, PERSON, Level.MEMBER, was=Level.GUEST)
        assert not await levels.set_level(connection, PERSON, Level.BLOCKED, was=Level.GUEST)

    assert (await read(database, PERSON)).level is Level.MEMBER


async def test_a_level_is_told_once_each_time_that_it_changes(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, PERSON)
        told = [await levels.tell_once(connection, PERSON) for _ in range(2)]
        await levels.set_level(connection, PERSON, Level.BLOCKED)
        told.append(await levels.tell_once(connection, PERSON))

    assert told == [True, False, True]


async def test_people_are_counted_listed_and_found(database: Database) -> None:
    async with database.write() as connection:
        for number, name in enumerate(("Ada Lovelace @ada", "Боб", "100% _Eve_"), 1):
            when = NOW - timedelta(days=number)
            await chats.hear(connection, number, ChatKind.PRIVATE, DEFAULT, when, title=name)
        await chats.hear(
            connection, GROUP, ChatKind.SUPERGROUP, DEFAULT, NOW, title="The Lovelaces"
        )
        await levels.set_level(connection, 2, Level.BLOCKED)
        counted = await census.people(connection, NOW - timedelta(days=2))
        found = {
            text: [chat.id for chat in await census.find(connection, text, 10)]
            for text in ("LOVELACE", "Боб", "2", str(GROUP), "%", "_", "9" * 30, "-")
        }
        first, total = await census.listed(connection, persons=True, offset=0, limit=2)
        blocked, _ = await census.listed(
            connection, persons=True, levels={Level.BLOCKED}, offset=0, limit=5
        )
        places, _ = await census.listed(connection, persons=False, offset=0, limit=5)
        states = await census.kinds_and_states(connection)

    assert (counted.total, counted.new) == (3, 2)
    assert counted.levels == {Level.MEMBER: 2, Level.BLOCKED: 1}
    assert found["LOVELACE"] == [GROUP, 1]
    assert (found["Боб"], found["2"], found[str(GROUP)]) == ([2], [2], [GROUP])
    assert (found["%"], found["_"], found["9" * 30], found["-"]) == ([3], [3], [], [])
    assert ([one.id for one in first], total) == ([1, 2], 3)
    assert ([one.id for one in blocked], [one.id for one in places]) == ([2], [GROUP])
    assert states == {("private", "active"): 3, ("supergroup", "active"): 1}
