"""A chat's alerts as somebody pages through them: by id, so that a page costs the same wherever it
is, and one that is looked at does not move when new alerts come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column, select, union_all

from data.model import AlertState
from data.queries.alerts.outbox import alert_of
from data.tables import alerts, messages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, CompoundSelect
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Alert

NEWEST = 2**63 - 1
"""Above every id."""
# written out, each as its index has it: no index has all alerts of a chat
_WAITING: list[ColumnElement[str]] = [
    literal_column(f"'{state.value}'") for state in (AlertState.PENDING, AlertState.HELD)
]
KINDS = (*(alerts.c.state == state for state in _WAITING), alerts.c.state.not_in(_WAITING))


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert, whatever became of it; ``told_at`` when its message was sent."""

    alert: Alert
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """The newest first; whether there are newer and older ones than these."""

    entries: Sequence[Entry]
    has_newer: bool
    has_older: bool


async def page_below(connection: AsyncConnection, chat_id: int, number: int, length: int) -> Page:
    """The newest alerts with smaller ids than ``number``."""
    found = await _entries(connection, chat_id, alerts.c.id < number, alerts.c.id.desc(), length)
    has_newer = await _any(connection, chat_id, alerts.c.id >= number)
    return Page(found[:length], has_newer, len(found) > length)


async def page_above(connection: AsyncConnection, chat_id: int, number: int, length: int) -> Page:
    """The oldest alerts with larger ids than ``number``; the newest page where they do not fill
    one."""
    found = await _entries(connection, chat_id, alerts.c.id > number, alerts.c.id, length)
    if len(found) < length:
        return await page_below(connection, chat_id, NEWEST, length)
    has_older = await _any(connection, chat_id, alerts.c.id <= number)
    return Page(found[:length][::-1], len(found) > length, has_older)


async def numbered(connection: AsyncConnection, chat_id: int, number: int) -> Entry | None:
    """The chat's alert with that id; None when there is none, or it is another chat's."""
    found = await _entries(connection, chat_id, alerts.c.id == number, alerts.c.id, 0)
    return found[0] if found else None


async def _entries(
    connection: AsyncConnection,
    chat_id: int,
    which: ColumnElement[bool],
    order: ColumnElement[Any],
    length: int,
) -> list[Entry]:
    """One more than asked for, if there is one."""
    statement = (
        select(alerts, messages.c.sent_at)
        .outerjoin(messages, messages.c.id == alerts.c.message_id)
        .where(alerts.c.id.in_(_ids(chat_id, which, order, length + 1)))
        .order_by(order)
        .limit(length + 1)
    )
    return [Entry(alert_of(row), row.sent_at) for row in await connection.execute(statement)]


async def _any(connection: AsyncConnection, chat_id: int, which: ColumnElement[bool]) -> bool:
    found = await connection.execute(_ids(chat_id, which, alerts.c.id, 1))
    return found.first() is not None


def _ids(
    chat_id: int, which: ColumnElement[bool], order: ColumnElement[Any], limit: int
) -> CompoundSelect[Any]:
    """So many of each kind, the first ones of all among them."""
    of_chat = select(alerts.c.id).where(alerts.c.chat_id == chat_id, which)
    first = [of_chat.where(kind).order_by(order).limit(limit).subquery() for kind in KINDS]
    return union_all(*(select(some.c.id) for some in first))
