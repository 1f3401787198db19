"""What a transaction did to alerts, and the queueing of every chat that it concerns.

It is told by movements: they are few, however many chats hear of them. The chats themselves never
leave the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, select, union_all

from data.model import AlertState, Priority
from data.queries import queues
from data.queries.alerts.about import about
from data.tables import alerts, messages

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Touched:
    """Ids of movements, by what became of the alerts about them."""

    written: frozenset[int] = frozenset()
    """Alerts may be pending that were not before."""
    released: frozenset[int] = frozenset()
    """Alerts that were held are pending."""
    edited: frozenset[int] = frozenset()
    """Messages are to be edited."""

    def __or__(self, other: Touched) -> Touched:
        return Touched(
            self.written | other.written, self.released | other.released, self.edited | other.edited
        )

    def __bool__(self) -> bool:
        return bool(self.written or self.released or self.edited)


NOTHING = Touched()


async def enqueue(connection: AsyncConnection, touched: Touched) -> int:
    """Queue the chats that have something to send or edit; how many there are.

    It locks their rows until the transaction ends, and whoever writes for one of these chats waits
    that long: so it comes last, and once.
    """
    if not touched:
        return 0
    kinds = (bool(touched.written), bool(touched.released), bool(touched.edited))
    given = {
        "written": sorted(touched.written),
        "released": sorted(touched.released),
        "edited": sorted(touched.edited),
    }
    asked = {name: ids for name, ids in given.items() if ids}
    return await queues.enqueue_from(connection, _concerned(connection.dialect.name, *kinds), asked)


@cache
def _concerned(dialect: str, written: bool, released: bool, edited: bool) -> Any:
    """Chats with priorities, the same chat perhaps many times."""
    waiting = select(alerts.c.chat_id, alerts.c.priority).where(
        alerts.c.state == AlertState.PENDING
    )
    found = []
    if written:
        found.append(waiting.where(about(dialect, "written")))
    if released:
        of_them = about(dialect, "released")
        found.append(waiting.where(of_them, alerts.c.held_until.is_not(None)))
    if edited:
        of_them = about(dialect, "edited")
        shown = select(alerts.c.message_id).where(of_them)
        found.append(
            select(messages.c.chat_id, literal(int(Priority.EDIT)).label("priority")).where(
                messages.c.id.in_(shown), messages.c.revision > messages.c.shown_revision
            )
        )
    return union_all(*found)
