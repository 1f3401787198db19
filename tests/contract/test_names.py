"""What chats call addresses."""

from __future__ import annotations

from data.database import Database
from data.model import ChatName
from data.queries import names, watches
from tests.contract.samples import NOW, a_chat, address

ONE, OTHER = address(1), address(2)


async def test_names_come_back_in_the_order_of_the_alphabet(database: Database) -> None:
    given = [
        ChatName(None, OTHER, "zebra"),
        ChatName("bsc", ONE, "Großmutter \N{WHALE}"),
        ChatName(None, ONE, "Aunt"),
    ]
    async with database.write() as connection:
        await a_chat(connection)
        assert all([await names.give(connection, 1, one) for one in given])
    async with database.read() as connection:
        read = await names.of_chat(connection, 1)
        found = await names.of_addresses(connection, 1, [ONE, address(3)])
        none = await names.of_addresses(connection, 1, [])

    assert read == [given[2], given[1], given[0]]
    assert found == {("bsc", ONE): "Großmutter \N{WHALE}", ("", ONE): "Aunt"}
    assert none == {}


async def test_a_new_name_replaces_the_one_of_the_same_chain(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        for name in (ChatName(None, ONE, "a"), ChatName("bsc", ONE, "b"), ChatName(None, ONE, "c")):
            await names.give(connection, 1, name)
    async with database.read() as connection:
        read = await names.of_chat(connection, 1)

    assert read == [ChatName("bsc", ONE, "b"), ChatName(None, ONE, "c")]


async def test_names_are_forgotten_on_one_chain_or_on_all(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        for chain in (None, "bsc", "ethereum"):
            await names.give(connection, 1, ChatName(chain, ONE, "a"))
        await names.give(connection, 1, ChatName(None, OTHER, "b"))
        on_one = await names.forget(connection, 1, ONE, "bsc")
        again = await names.forget(connection, 1, ONE, "bsc")
        on_all = await names.forget(connection, 1, ONE)
        left = await names.of_chat(connection, 1)

    assert (on_one, again, on_all) == (1, 0, 2)
    assert left == [ChatName(None, OTHER, "b")]


async def test_a_full_chat_still_renames_and_forgets(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        first = await names.give(connection, 1, ChatName(None, ONE, "a"), most=1)
        one_more = await names.give(connection, 1, ChatName("bsc", ONE, "b"), most=1)
        renamed = await names.give(connection, 1, ChatName(None, ONE, "c"), most=1)
        await names.forget(connection, 1, ONE)
        with_room = await names.give(connection, 1, ChatName("bsc", ONE, "b"), most=1)
        left = await names.of_chat(connection, 1)

    assert (first, one_more, renamed, with_room) == (True, False, True, True)
    assert left == [ChatName("bsc", ONE, "b")]


async def test_chats_do_not_see_each_others_names(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        await a_chat(connection, 2)
        await names.give(connection, 1, ChatName(None, ONE, "mine"))
        theirs = await names.of_addresses(connection, 2, [ONE])
        forgotten = await names.forget(connection, 2, ONE)
        full = await names.give(connection, 2, ChatName(None, ONE, "theirs"), most=1)

    assert (theirs, forgotten, full) == ({}, 0, True)


async def test_an_address_without_a_name_is_called_as_its_watch_is(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        await watches.add(connection, 1, now=NOW, address=ONE, label="The watch")
        await watches.add(connection, 1, now=NOW, address=OTHER, label="Another watch")
        await watches.add(connection, 2, now=NOW, address=address(3), label="Not ours")
        await names.give(connection, 1, ChatName("bsc", ONE, "The name"))
        found = await names.called(connection, 1, [ONE, OTHER, address(3)])

    assert found == {("bsc", ONE): "The name", ("", OTHER): "Another watch"}
