"""What is exported is imported whole."""

from __future__ import annotations

import asyncio
import csv
from io import StringIO
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sheet.cells import guarded, unguarded
from bot.sheet.load import load
from bot.sheet.plan import Plan, Room, planned
from bot.sheet.reading import text_of
from bot.sheet.writing import file_of
from tests.unit.bot.sheet.watchlists import CHAINS, FORUM, NOW, alike, names, watchlists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import ChatName, Watch

ROOM = Room(1_000, 500)


def imported(content: bytes, watches: Sequence[Watch] = (), known: Sequence[ChatName] = ()) -> Plan:
    async def work() -> Plan:
        sheet = await load(text_of(content), FORUM)
        assert sheet.problems == []
        assert not sheet.unknown
        return await planned(sheet.lines, watches, known, ROOM, 1, NOW)

    return asyncio.run(work())


@settings(max_examples=60, deadline=None)
@given(watchlists(), st.lists(names, max_size=4, unique_by=lambda one: (one.chain, one.address)))
def test_an_export_makes_the_same_watchlist_in_an_empty_chat(
    watches: list[Watch], known: list[ChatName]
) -> None:
    content = asyncio.run(file_of(watches, known, CHAINS))

    plan = imported(content)

    assert alike(plan.new) == alike(watches)
    assert plan.new_names == known
    assert (plan.changed, plan.changed_names, plan.repeated, plan.beyond) == ([], [], [], [])


@settings(max_examples=40, deadline=None)
@given(watchlists(), st.lists(names, max_size=4, unique_by=lambda one: (one.chain, one.address)))
def test_an_export_changes_nothing_where_it_is_from(
    watches: list[Watch], known: list[ChatName]
) -> None:
    content = asyncio.run(file_of(watches, known, CHAINS))

    plan = imported(content, watches, known)

    assert plan.is_empty
    assert (plan.unchanged, plan.unchanged_names) == (len(watches), len(known))


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    safe = guarded(cell)

    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(safe) == cell


@settings(max_examples=30, deadline=None)
@given(watchlists())
def test_no_cell_of_an_export_begins_like_a_formula(watches: list[Watch]) -> None:
    content = asyncio.run(file_of(watches, (), CHAINS))

    assert content.startswith(b"\xef\xbb\xbf")
    for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
