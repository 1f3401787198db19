"""Moving: what a chat has goes to the supergroup that it became, or to its general topic.

Whoever writes alerts may have read the watches a moment before they moved. So both can be done
again, and take what came after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, func, literal, literal_column, select, update

from data.model import AlertState, ChatKind, ChatState, Priority
from data.queries import broadcasts, insert, queues
from data.queries.alerts.deferred import IS_DEFERRED, next_digest
from data.tables import (
    alerts,
    chat_names,
    chat_queues,
    chats,
    messages,
    pursuits,
    shares,
    watches,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

TOLD_THERE = "told where its chat moved to"
GENERAL = 0
"""The topic of whatever has none."""
# written out and one by one: each has an index of its own, and the table is large
_WAITING: list[ColumnElement[str]] = [
    literal_column(f"'{state.value}'") for state in (AlertState.PENDING, AlertState.HELD)
]
_IS_PENDING, _IS_HELD = (alerts.c.state == state for state in _WAITING)
_IS_SETTLED = alerts.c.state.not_in(_WAITING)
"""What is deferred is among it, as in its index."""


async def move(connection: AsyncConnection, old: int, new: int) -> None:
    """The group ``old`` is the supergroup ``new`` from now on, with all that it had.

    Nothing happens where the bot never met the group.
    """
    known = (await connection.execute(select(chats.c.state).where(chats.c.id == old))).one_or_none()
    if known is None or old == new:
        return
    await _found(connection, old, new, again=known.state == ChatState.MOVED)
    numbered = select(func.coalesce(func.max(watches.c.number), 0)).where(watches.c.chat_id == new)
    highest = (await connection.execute(numbered)).scalar_one()
    await connection.execute(
        update(watches)
        .where(watches.c.chat_id == old)
        .values(chat_id=new, number=watches.c.number + highest)
    )
    for kind in (_IS_PENDING, _IS_HELD, _IS_SETTLED):
        await _move_alerts(connection, (alerts.c.chat_id == old) & kind, chat_id=new, topic_id=None)
    theirs = chat_names.alias()
    has = exists().where(
        theirs.c.chat_id == new,
        theirs.c.chain == chat_names.c.chain,
        theirs.c.address == chat_names.c.address,
    )
    await connection.execute(
        update(chat_names).where(chat_names.c.chat_id == old, ~has).values(chat_id=new)
    )
    await connection.execute(update(pursuits).where(pursuits.c.chat_id == old).values(chat_id=new))
    await broadcasts.move(connection, old, new)
    await connection.execute(update(shares).where(shares.c.chat_id == old).values(chat_id=new))
    # nobody can edit what was said in the group: it is read only, and in no supergroup
    await connection.execute(
        update(messages)
        .where(messages.c.chat_id == old)
        .values(gone=True, shown_revision=messages.c.revision)
    )
    await connection.execute(delete(chat_queues).where(chat_queues.c.chat_id == old))
    await _wake(connection, new)


async def to_general_topic(connection: AsyncConnection, chat_id: int, topic_id: int) -> int:
    """What went to a topic goes to the general one from now on; how many watches did."""
    moved = await connection.execute(
        update(watches)
        .where(watches.c.chat_id == chat_id, watches.c.topic_id == topic_id)
        .values(topic_id=GENERAL)
    )
    in_topic = (alerts.c.chat_id == chat_id) & (alerts.c.topic_id == topic_id)
    for waits in (_IS_PENDING, _IS_HELD, IS_DEFERRED):
        await _move_alerts(connection, in_topic & waits, chat_id=None, topic_id=GENERAL)
    return int(moved.rowcount)


async def _found(connection: AsyncConnection, old: int, new: int, *, again: bool) -> None:
    """The new chat's row, with the old one's settings."""
    own = {"id", "kind", "state", "state_reason", "moved_to"}
    taken = [column for column in chats.c if column.name not in own]
    source = select(
        literal(new), literal(ChatKind.SUPERGROUP.value), literal(ChatState.ACTIVE.value), *taken
    ).where(chats.c.id == old)
    names = ["id", "kind", "state", *(column.name for column in taken)]
    statement = insert(connection, chats).from_select(names, source)
    kept = {} if again else {column.name: statement.excluded[column.name] for column in taken}
    statement = statement.on_conflict_do_update(
        index_elements=["id"], set_={"kind": ChatKind.SUPERGROUP, **kept}
    )
    await connection.execute(statement)
    await connection.execute(
        update(chats)
        .where(chats.c.id == old)
        .values(
            state=ChatState.MOVED,
            state_reason=f"it became the supergroup {new}",
            moved_to=new,
            notice=None,
        )
    )


async def _move_alerts(
    connection: AsyncConnection,
    which: ColumnElement[bool],
    *,
    chat_id: int | None,
    topic_id: int | None,
) -> None:
    """Alerts go to another chat or topic; one whose transaction is told there already ends."""
    there = alerts.alias()
    is_told = exists().where(
        and_(
            there.c.chain == alerts.c.chain,
            there.c.tx_hash == alerts.c.tx_hash,
            there.c.chat_id == (alerts.c.chat_id if chat_id is None else chat_id),
            there.c.topic_id == (alerts.c.topic_id if topic_id is None else topic_id),
        )
    )
    values = {} if chat_id is None else {"chat_id": chat_id}
    values |= {} if topic_id is None else {"topic_id": topic_id}
    await connection.execute(update(alerts).where(which, ~is_told).values(**values))
    unsent = alerts.c.state.in_([AlertState.PENDING, AlertState.HELD, AlertState.DEFERRED])
    await connection.execute(
        update(alerts)
        .where(which, unsent)
        .values(state=AlertState.DROPPED, reason=TOLD_THERE, held_until=None)
    )


async def _wake(connection: AsyncConnection, chat_id: int) -> None:
    pending = select(func.min(alerts.c.priority)).where(alerts.c.chat_id == chat_id, _IS_PENDING)
    urgent = (await connection.execute(pending)).scalar_one_or_none()
    if urgent is not None:
        await queues.enqueue(connection, [(chat_id, Priority(urgent))])
    due = await next_digest(connection, chat_id)
    await connection.execute(update(chats).where(chats.c.id == chat_id).values(digest_due=due))
