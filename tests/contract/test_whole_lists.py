"""A whole watchlist is written at once, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sheet.lines import Terms
from bot.sheet.load import load
from bot.sheet.plan import Plan, Room, planned
from bot.sheet.reading import text_of
from bot.sheet.writing import file_of
from data.chains import known_chains
from data.database import Database
from data.model import (
    ChatKind,
    ChatName,
    Direction,
    Interest,
    Scope,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
    Watch,
)
from data.queries import chats, names, watches, watchlists, whole_lists
from data.tables import watches as table
from tests.contract.samples import DEFAULT, NOW, USDC, address

CHAT, OTHER = -1_001, -1_002
KNOWN = known_chains()
CHAINS = (KNOWN["ethereum"], KNOWN["bsc"])
FORUM = Terms(CHAINS, KNOWN, has_topics=True, topic=0)
FULL = Scope(
    Interest.SWAP | Interest.MINT,
    frozenset({("ethereum", USDC), ("bsc", None)}),
    frozenset({("bsc", USDC)}),
    frozenset({"bsc"}),
)


def a_watch(number: int, chat: int = CHAT) -> Watch:
    """Each with other settings than the one before."""
    units = UnitThreshold(DEFAULT / 1_000, "USDC", {("ethereum", USDC): 10**8})
    return Watch(
        id=0,
        number=number,
        chat_id=chat,
        topic_id=number % 3,
        chain=(None, "ethereum", "bsc")[number % 3],
        address=address(number) if number % 5 else None,
        threshold=(None, UsdThreshold(DEFAULT + number), units)[number % 3],
        direction=list(Direction)[number % 3],
        label=f"=label {number}" if number % 2 else None,
        muted_until=NOW if number % 4 == 0 else None,
        created_at=NOW,
        unpriced=list(Unpriced)[number % 2],
        scope=FULL if number % 7 == 0 else Scope(),
    )


def nameless(found: list[Watch]) -> list[Watch]:
    """As nobody's, so that lists of several chats can be compared."""
    return [replace(one, id=0, chat_id=0, created_at=NOW) for one in found]


@pytest.fixture(autouse=True)
async def meet(database: Database) -> None:
    async with database.write() as connection:
        for chat in (CHAT, OTHER):
            await chats.meet(connection, chat, ChatKind.SUPERGROUP, DEFAULT, NOW)


async def plan_of(database: Database, content: bytes, chat: int) -> Plan:
    sheet = await load(text_of(content), FORUM)
    assert sheet.problems == []
    async with database.read() as connection:
        there = await whole_lists.read(connection, chat)
        known = await names.of_chat(connection, chat)
    return await planned(sheet.lines, there, known, Room(9_999, 500), chat, NOW)


async def write(database: Database, chat: int, plan: Plan) -> None:
    async with database.write() as connection:
        await watchlists.hold(connection, chat)
        await whole_lists.add(connection, plan.new)
        await whole_lists.change(connection, plan.changed)
        await whole_lists.name(connection, chat, [*plan.new_names, *plan.changed_names])


async def test_a_list_goes_through_a_file_into_an_empty_chat_exactly(database: Database) -> None:
    many = [a_watch(number) for number in range(1, 2 * whole_lists.SLICE + 20, 2)]
    called = [ChatName(None, address(1), "One"), ChatName("bsc", address(2), "-2")]
    async with database.write() as connection:
        await whole_lists.add(connection, many)
        await whole_lists.name(connection, CHAT, called)
    async with database.read() as connection:
        mine = await whole_lists.read(connection, CHAT)
        content = await file_of(mine, await names.of_chat(connection, CHAT), CHAINS)
    assert nameless(mine) == nameless(many)

    await write(database, OTHER, await plan_of(database, content, OTHER))

    async with database.read() as connection:
        theirs = await whole_lists.read(connection, OTHER)
        assert nameless(theirs) == nameless(mine)
        assert await watches.of_chat(connection, OTHER) == theirs
        assert await names.of_chat(connection, OTHER) == await names.of_chat(connection, CHAT)
    assert (await plan_of(database, content, OTHER)).is_empty


async def test_what_a_file_says_otherwise_is_changed_and_the_rest_stays(
    database: Database,
) -> None:
    async with database.write() as connection:
        await whole_lists.add(connection, [a_watch(number) for number in (1, 2, 7)])
        await whole_lists.name(connection, CHAT, [ChatName(None, address(1), "One")])
    content = (
        f"address,chain,label,topic\n0x{address(1).hex()},ethereum,New,1\n"
        f"0x{address(7).hex()},ethereum,,1\n"
    ).encode()

    plan = await plan_of(database, content, CHAT)
    await write(database, CHAT, plan)

    async with database.read() as connection:
        one, two, seven = await whole_lists.read(connection, CHAT)
    assert nameless([one, two, seven]) == nameless(
        [
            replace(a_watch(1), label="New"),
            a_watch(2),
            replace(a_watch(7), label=None),
        ]
    )


async def test_an_import_that_is_killed_has_done_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as connection:
        await whole_lists.add(connection, [a_watch(1)])
    plan = Plan(
        new=[a_watch(number) for number in range(2, whole_lists.SLICE + 9)],
        new_names=[ChatName(None, address(1), "One")],
    )

    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(whole_lists, "name", killed)
    with pytest.raises(RuntimeError):
        await write(database, CHAT, plan)

    async with database.read() as connection:
        assert len(await whole_lists.read(connection, CHAT)) == 1


def test_a_file_has_every_setting_of_a_watch() -> None:
    """A column that is added here is one that files must have, or a reason why not."""
    in_files = {
        "number", "topic_id", "chain", "address", "threshold_usd", "threshold_units", "direction",
        "label", "muted_until", "unpriced", "interests", "only_assets", "without_assets", "not_on",
    }  # fmt: skip
    of_the_chat = {"id", "chat_id", "created_at"}

    assert {column.name for column in table.c} == in_files | of_the_chat
    assert set(watches.stored(a_watch(1))) == {column.name for column in table.c} - {"id"}
