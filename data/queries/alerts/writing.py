"""Writing alerts, in the watcher's transaction; those of chats that want safe blocks only are held.

A chat's timing, and which noise it lets in, are read by the statement that writes, so that a
change a second ago counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, String, and_, bindparam, case, literal, or_, select

from data.columns import Bytes, UtcTime
from data.model import AlertState, Priority, Timing
from data.queries import insert_on
from data.queries.alerts.feeds import FEEDS_REACHED, reached_by
from data.queries.alerts.noise import NOISE, noise_columns
from data.queries.alerts.reorg import DROPPED_BY_REORG
from data.tables import alerts, chats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Movement, NoiseRule, Shown


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert about to be written; see ``data.model.Alert``."""

    chat_id: int
    topic_id: int
    movement: Movement
    watch_id: int
    others: tuple[tuple[int, int], ...]
    priority: Priority
    noise: frozenset[NoiseRule] = frozenset()
    is_warning: bool = False
    """Told whatever the chat lets in; the rules of ``noise`` are why it is a warning."""


async def write(connection: AsyncConnection, batch: Sequence[NewAlert], now: datetime) -> None:
    """Write alerts; one that exists for its (chain, transaction, chat, topic) stays as it is.

    Only one that a reorg had dropped unsent begins anew, or that was noise and is none now.
    """
    kinds: defaultdict[tuple[frozenset[NoiseRule], bool], list[dict[str, Any]]] = defaultdict(list)
    for new in batch:
        kinds[new.noise, new.is_warning].append(
            {
                "chain": new.movement.block.chain,
                "tx_hash": new.movement.tx_hash,
                "chat_id": new.chat_id,
                "topic_id": new.topic_id,
                "movement_id": new.movement.id,
                "watch_id": new.watch_id,
                "others": [list(pair) for pair in new.others] or None,
                "priority": new.priority,
                "created_at": now,
                "of_chat": new.chat_id,
                "of_block": new.movement.block.number,
            }
        )
    for (noise, is_warning), values in kinds.items():
        statement = _to_chats(connection.dialect.name, noise, is_warning)
        await connection.execute(statement, values)


async def write_for_feeds(
    connection: AsyncConnection,
    shown: Shown,
    now: datetime,
    noise: frozenset[NoiseRule] = frozenset(),
) -> None:
    """Write the alert of one movement for every feed whose threshold in USD it reaches, but for
    those that pick assets.

    ``noise`` are the rules that take it for that. Without a price there is no alert.
    """
    movement = shown.movement
    if movement.usd is None:
        return
    told = {
        "of_chain": movement.block.chain,
        "of_tx": movement.tx_hash,
        "of_movement": movement.id,
        "of_block": movement.block.number,
        "now": now,
        **reached_by(shown, now),
    }
    await connection.execute(_to_feeds(connection.dialect.name, noise), told)


@cache
def _to_chats(dialect: str, noise: frozenset[NoiseRule], is_warning: bool) -> Any:
    state = _state(chats.c.timing)
    held_until = _held_until(chats.c.timing, bindparam("of_block", type_=BigInteger))
    columns = {"state": state, "held_until": held_until}
    if noise:
        columns = noise_columns(noise, state, held_until, is_warning=is_warning)
    of_chat = chats.c.id == bindparam("of_chat")
    read = {name: select(one).where(of_chat).scalar_subquery() for name, one in columns.items()}
    return _unless_there(insert_on(dialect, alerts).values(read))


@cache
def _to_feeds(dialect: str, noise: frozenset[NoiseRule]) -> Any:
    reached = FEEDS_REACHED.subquery()
    source: dict[str, ColumnElement[Any]] = {
        "chain": bindparam("of_chain", type_=String),
        "tx_hash": bindparam("of_tx", type_=Bytes),
        "chat_id": reached.c.chat_id,
        "topic_id": reached.c.topic_id,
        "movement_id": bindparam("of_movement", type_=BigInteger),
        "watch_id": reached.c.watch_id,
        "priority": literal(int(Priority.FEED)),
        "state": _state(reached.c.timing),
        "held_until": _held_until(reached.c.timing, bindparam("of_block", type_=BigInteger)),
        "created_at": bindparam("now", type_=UtcTime),
    }
    rows: FromClause = reached
    if noise:
        source |= noise_columns(noise, source["state"], source["held_until"])
        rows = reached.join(chats, chats.c.id == reached.c.chat_id)
    # SQLite takes ON CONFLICT after SELECT for a join without a WHERE; in order, so that neighbours
    # in the indexes are written together
    found = select(*source.values()).select_from(rows).where(literal(True))
    found = found.order_by(reached.c.chat_id)
    return _unless_there(insert_on(dialect, alerts).from_select(list(source), found))


def _state(timing: ColumnElement[str]) -> ColumnElement[str]:
    return case((timing == Timing.SAFE, AlertState.HELD.value), else_=AlertState.PENDING.value)


def _held_until(timing: ColumnElement[str], number: ColumnElement[int]) -> ColumnElement[Any]:
    return case((timing == Timing.SAFE, number))


def _unless_there(statement: Any) -> Any:
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["chain", "tx_hash", "chat_id", "topic_id"],
        set_={
            "movement_id": new.movement_id,
            "watch_id": new.watch_id,
            "others": new.others,
            "priority": new.priority,
            "state": new.state,
            "held_until": new.held_until,
            "reason": new.reason,
            "noise": new.noise,
        },
        where=and_(
            alerts.c.state == AlertState.DROPPED,
            or_(
                alerts.c.reason == DROPPED_BY_REORG,
                alerts.c.reason.startswith(NOISE) & (new.state != AlertState.DROPPED),
            ),
        ),
    )
