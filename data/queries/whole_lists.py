"""A whole watchlist at once: read in slices and written in bulk, so that a long one keeps nobody
waiting."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, update

from data.queries import batches, watches
from data.queries.bulk import as_it_is, insert_all
from data.queries.names import EVERYWHERE
from data.tables import chat_names
from data.tables import watches as table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import ChatName, Watch

SLICE = 250
"""Watches between two turns of everybody else."""
_OF = "of_watch"
_KEPT = {"chat_id", "number", "created_at"}
"""What stays as it is when a watch is changed."""


async def read(connection: AsyncConnection, chat_id: int) -> list[Watch]:
    """The chat's watchlist by number."""
    found: list[Watch] = []
    while True:
        last = found[-1].number if found else -1
        some = await watches.above(connection, chat_id, last, SLICE)
        found += some
        if len(some) < SLICE:
            return found
        await asyncio.sleep(0)


async def add(connection: AsyncConnection, new: Sequence[Watch]) -> None:
    """Add watches with the numbers that they have; whatever their ids, they get others."""
    for some in batches(new, SLICE):
        await insert_all(connection, table, [watches.stored(one) for one in some], as_it_is)
        await asyncio.sleep(0)


async def change(connection: AsyncConnection, changed: Sequence[Watch]) -> None:
    """Let watches be from now on as these are; their numbers stay."""
    for some in batches(changed, SLICE):
        rows = [
            {_OF: one.id}
            | {
                f"new_{name}": value
                for name, value in watches.stored(one).items()
                if name not in _KEPT
            }
            for one in some
        ]
        await connection.execute(_changes(), rows)
        await asyncio.sleep(0)


async def name(connection: AsyncConnection, chat_id: int, given: Sequence[ChatName]) -> None:
    """Call addresses so from now on, each at most once in here."""
    for some in batches(given, SLICE):
        rows = [
            {
                "chat_id": chat_id,
                "chain": one.chain or EVERYWHERE,
                "address": one.address,
                "name": one.name,
            }
            for one in some
        ]
        await insert_all(connection, chat_names, rows, _called_so)
        await asyncio.sleep(0)


@cache
def _changes() -> Any:
    names = [column.name for column in table.c if column.name not in {"id", *_KEPT}]
    values = {one: bindparam(f"new_{one}", type_=table.c[one].type) for one in names}
    return update(table).where(table.c.id == bindparam(_OF)).values(values)


def _called_so(statement: Any) -> Any:
    return statement.on_conflict_do_update(
        index_elements=["chat_id", "chain", "address"],
        set_={"name": statement.excluded.name},
    )
