"""Everything that is kept about a chat as one JSON document, piece by piece."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import msgspec

from data.queries import holdings, movements
from data.queries.alerts import history

if TYPE_CHECKING:
    from sqlalchemy import Column

    from data.database import Database
    from data.model import Movement
    from data.queries.alerts.history import Entry

MOST_ROWS = 50_000
"""Of each table: Telegram takes files of up to 50 MB from a bot."""
_PAGE = 250


async def everything_about(
    database: Database, chat_id: int, most: int = MOST_ROWS
) -> tuple[bytes, list[str]]:
    """The document, and of which tables it has the newest rows only.

    Each table is a list of its rows under the table's name.
    """
    out, cut = BytesIO(), []
    out.write(b"{")
    for column in holdings.told():
        table = str(column.table.name)
        if table == "alerts":
            continue
        out.write(_json(table) + b": [")
        if await _write_rows(database, column, chat_id, out, most):
            cut.append(table)
        out.write(b"\n],\n")
    out.write(b'"alerts": [')
    if await _write_alerts(database, chat_id, out, most):
        cut.append("alerts")
    out.write(b"\n]}\n")
    return out.getvalue(), cut


async def _write_rows(
    database: Database, column: Column[Any], chat_id: int, out: BytesIO, most: int
) -> bool:
    """Whether there are more."""
    count = 0
    async with database.read() as connection:
        rows = holdings.rows_of(connection, column, chat_id, most + 1)
        async with aclosing(rows):
            async for row in rows:
                if count == most:
                    return True
                out.write((b",\n " if count else b"\n ") + _json(_plain(row)))
                count += 1
                if count % _PAGE == 0:
                    await asyncio.sleep(0)
    return False


async def _write_alerts(database: Database, chat_id: int, out: BytesIO, most: int) -> bool:
    count, below = 0, history.NEWEST
    async with database.read() as connection:
        while True:
            page = await history.page_below(connection, chat_id, below, _PAGE)
            ids = {entry.alert.movement_id for entry in page.entries}
            moved = await movements.load(connection, ids)
            for entry in page.entries:
                if count == most:
                    return True
                row = _json(_plain(_alert(entry, moved.get(entry.alert.movement_id))))
                out.write((b",\n " if count else b"\n ") + row)
                count += 1
            if not page.has_older:
                return False
            below = page.entries[-1].alert.id


def _alert(entry: Entry, moved: Movement | None) -> dict[str, Any]:
    alert = entry.alert
    told: dict[str, Any] = {
        "number": alert.id,
        "chain": alert.chain,
        "tx_hash": alert.tx_hash,
        "topic_id": alert.topic_id,
        "state": alert.state,
        "reason": alert.reason,
        "written_at": alert.created_at,
        "told_at": entry.told_at,
    }
    if moved is not None:
        told |= {
            "block_time": moved.block.time,
            "address": moved.address,
            "kind": moved.kind,
            "usd": moved.usd,
        }
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)
