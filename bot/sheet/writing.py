"""Watches and names as a CSV file that spreadsheets read, and that ``reading`` takes back whole."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from bot.sheet.cells import (
    assets_cell,
    guarded,
    kinds_cell,
    threshold_cells,
    time_cell,
)
from bot.sheet.columns import Column, Type
from bot.sheet.turns import Turns
from data.addresses import checksummed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.model import Chain, ChatName, Watch

BOM = "\ufeff"
"""Without it spreadsheets read something else than UTF-8."""
EVERYWHERE = "all"


async def file_of(
    watches: Sequence[Watch], names: Sequence[ChatName], chains: Sequence[Chain]
) -> bytes:
    """The whole file."""
    out = StringIO(newline="")
    write = csv.writer(out).writerow
    write([column.value for column in Column])
    turns = Turns()
    for watch in watches:
        write(_row(watch_cells(watch, chains)))
        await turns.pause()
    for name in names:
        write(_row(name_cells(name)))
    return (BOM + out.getvalue()).encode()


def table_of(rows: Iterable[Sequence[object]]) -> bytes:
    """Any rows as such a file."""
    out = StringIO(newline="")
    csv.writer(out).writerows([guarded(str(cell)) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()


def watch_cells(watch: Watch, chains: Sequence[Chain]) -> dict[Column, str]:
    """Everything that a watch says; what is not there is the usual."""
    threshold, counted = threshold_cells(watch.threshold, watch.chain, chains)
    scope = watch.scope
    return {
        Column.TYPE: Type.FEED if watch.is_feed else Type.WATCH,
        Column.NUMBER: str(watch.number),
        Column.ADDRESS: checksummed(watch.address) if watch.address else "",
        Column.CHAIN: watch.chain or EVERYWHERE,
        Column.THRESHOLD: threshold,
        Column.COUNTED: counted,
        Column.DIRECTION: watch.direction,
        Column.LABEL: watch.label or "",
        Column.KINDS: kinds_cell(scope.interests),
        Column.ONLY: assets_cell(scope.only),
        Column.WITHOUT: assets_cell(scope.without),
        Column.NOT_ON: " ".join(sorted(scope.not_on)),
        Column.UNPRICED: watch.unpriced,
        Column.TOPIC: str(watch.topic_id) if watch.topic_id else "",
        Column.MUTED: time_cell(watch.muted_until),
    }


def name_cells(name: ChatName) -> dict[Column, str]:
    """What a chat calls an address."""
    return {
        Column.TYPE: Type.NAME,
        Column.ADDRESS: checksummed(name.address),
        Column.CHAIN: name.chain or EVERYWHERE,
        Column.LABEL: name.name,
    }


def _row(cells: dict[Column, str]) -> list[str]:
    return [guarded(cells.get(column, "")) for column in Column]
