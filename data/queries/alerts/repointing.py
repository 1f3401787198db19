"""Alerts that tell of another movement after a reorg than they told of before.

Transactions came back without movements, but what was told of these was right where the chat has
another match in the transaction. The chats of feeds never leave the database; of watches on
addresses, which may have further matches, alerts are looked at one by one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, null, select, update

from data.columns import Bytes
from data.model import AlertState
from data.queries import among_ids, batches
from data.queries.alerts.feeds import FEEDS_REACHED, reached_by
from data.queries.alerts.touched import NOTHING, Touched
from data.tables import alerts, messages

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Movement, Shown
    from data.queries.alerts.writing import NewAlert

_TOLD = alerts.c.state.in_((AlertState.SENT, AlertState.RETRACTED))


async def repoint(
    connection: AsyncConnection,
    lost: Sequence[Movement],
    batch: Sequence[NewAlert],
    feeds: Sequence[Shown],
    now: datetime,
) -> Touched:
    """What was told of the movements ``lost`` is told of another match in the transaction now,
    where the chat has one: among the alerts of ``batch``, else for a feed."""
    hashes = {movement.tx_hash for movement in lost}
    touched = await _for_watches(
        connection, lost, [new for new in batch if new.movement.tx_hash in hashes]
    )
    for shown in feeds:
        movement = shown.movement
        if movement.tx_hash in hashes and movement.usd is not None:
            touched |= await _for_feeds(connection, lost, movement, reached_by(shown, now))
    return touched


async def _for_watches(
    connection: AsyncConnection, lost: Sequence[Movement], batch: Sequence[NewAlert]
) -> Touched:
    found = {(new.movement.tx_hash, new.chat_id, new.topic_id): new for new in batch}
    told = await _told_of(connection, lost, {new.chat_id for new in batch})
    both = [(told[slot], new) for slot, new in found.items() if slot in told]
    if not both:
        return NOTHING
    await connection.execute(
        _REPOINTED,
        [
            {
                "alert": row.id,
                "movement": new.movement.id,
                "watch": new.watch_id,
                "further": [list(pair) for pair in new.others] or None,
            }
            for row, new in both
        ],
    )
    shown = sorted({row.message_id for row, _ in both if row.message_id is not None})
    which = among_ids(connection.dialect.name, messages.c.id, "ids")
    await connection.execute(_revised().where(which), {"ids": shown})
    return Touched(edited=frozenset(new.movement.id for _, new in both if new.movement.id))


async def _told_of(
    connection: AsyncConnection, lost: Sequence[Movement], chat_ids: Collection[int]
) -> dict[tuple[bytes, int, int], Any]:
    """The alerts that were sent to some chats about movements, by transaction, chat and topic."""
    ids = {movement.id for movement in lost}
    told: dict[tuple[bytes, int, int], Any] = {}
    to_them = among_ids(connection.dialect.name, alerts.c.chat_id, "chats")
    for some in batches({movement.tx_hash for movement in lost}) if chat_ids else ():
        statement = select(alerts).where(
            alerts.c.chain == lost[0].block.chain, alerts.c.tx_hash.in_(some), to_them, _TOLD
        )
        for row in await connection.execute(statement, {"chats": sorted(chat_ids)}):
            if row.movement_id in ids or any(other in ids for _, other in row.others or ()):
                told[row.tx_hash, row.chat_id, row.topic_id] = row
    return told


async def _for_feeds(
    connection: AsyncConnection,
    lost: Sequence[Movement],
    movement: Movement,
    reached: dict[str, Any],
) -> Touched:
    given = {
        "of_chain": movement.block.chain,
        "of_tx": movement.tx_hash,
        "of_movement": movement.id,
        "lost": [one.id for one in lost if one.tx_hash == movement.tx_hash],
        **reached,
    }
    revised, repointed = _feeds_repointed(connection.dialect.name)
    # not the other way round, or nobody could tell which alerts were meant
    edited = await connection.execute(revised, given)
    await connection.execute(repointed, given)
    return Touched(edited=frozenset([movement.id or 0])) if edited.rowcount else NOTHING


@cache
def _feeds_repointed(dialect: str) -> tuple[Any, Any]:
    """The statements that have messages edited, and that change the alerts in them."""
    reached = FEEDS_REACHED.subquery("reached")
    which = (
        alerts.c.chain == bindparam("of_chain"),
        alerts.c.tx_hash == bindparam("of_tx", type_=Bytes),
        among_ids(dialect, alerts.c.movement_id, "lost"),
        _TOLD,
        alerts.c.chat_id == reached.c.chat_id,
        alerts.c.topic_id == reached.c.topic_id,
    )
    shown = select(alerts.c.message_id).where(*which, alerts.c.message_id.is_not(None))
    repointed = update(alerts).where(*which)
    return _revised().where(messages.c.id.in_(shown)), repointed.values(
        movement_id=bindparam("of_movement"),
        watch_id=reached.c.watch_id,
        others=null(),
        state=AlertState.SENT,
    )


_REPOINTED = (
    update(alerts)
    .where(alerts.c.id == bindparam("alert"))
    .values(
        movement_id=bindparam("movement"),
        watch_id=bindparam("watch"),
        others=bindparam("further"),
        state=AlertState.SENT,
    )
)


def _revised() -> Any:
    return update(messages).where(~messages.c.gone).values(revision=messages.c.revision + 1)
