"""Certainty: which messages may say that their blocks have become safe or final.

Only of messages in private chats, which are told so by an edit. Telegram's ids of private chats
are positive.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column, select

from data.model import AlertState, Certainty
from data.queries.alerts.about import TELLS_OF
from data.queries.messages import message_of
from data.tables import alerts, messages, movements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Message, Settled

LATEST = 30
"""Messages of a chat that are looked at: in a private chat few come within minutes."""
_IS_SENT = alerts.c.state == literal_column(f"'{AlertState.SENT.value}'")
_UNSETTLED = (messages.c.certainty < int(Certainty.FINALIZED)) & ~messages.c.gone


@dataclass(frozen=True, slots=True)
class Due:
    """A message that says less than it may: ``certainty``."""

    message: Message
    certainty: Certainty


def of_block(settled: Settled | None, number: int) -> Certainty:
    """How sure a block is, by what its chain is known to have settled."""
    if settled is None:
        return Certainty.SEEN
    if settled.finalized is not None and number <= settled.finalized:
        return Certainty.FINALIZED
    if settled.safe is not None and number <= settled.safe:
        return Certainty.CONFIRMED
    return Certainty.SEEN


async def newly_settled(
    connection: AsyncConnection,
    chain: str,
    blocks: range,
    level: Certainty,
    *,
    sent_after: datetime,
    limit: int,
) -> list[int]:
    """Messages that tell of something in these blocks and say less than ``level`` of it.

    The cost grows with what moved in the blocks, not with how many messages there are.
    """
    statement = (
        select(messages.c.id)
        .distinct()
        .join(alerts, alerts.c.message_id == messages.c.id)
        .join(movements, TELLS_OF)
        .where(
            movements.c.chain == chain,
            movements.c.block_number.between(blocks.start, blocks.stop - 1),
            movements.c.orphaned_until.is_(None),
            _IS_SENT,
            messages.c.chat_id > 0,
            messages.c.certainty < int(level),
            messages.c.sent_at > sent_after,
            ~messages.c.gone,
        )
        .limit(limit)
    )
    return list((await connection.execute(statement)).scalars())


async def due(
    connection: AsyncConnection,
    message_ids: Collection[int],
    heights: Mapping[str, Settled],
    *,
    sent_after: datetime,
) -> list[Due]:
    """Those of these messages, not too many, that say less than they may, oldest first."""
    which = select(messages).where(
        messages.c.id.in_(message_ids), _UNSETTLED, messages.c.sent_at > sent_after
    )
    return await _due(connection, which, heights)


async def due_in_chat(
    connection: AsyncConnection,
    chat_id: int,
    heights: Mapping[str, Settled],
    *,
    sent_after: datetime,
) -> list[Due]:
    """A private chat's latest messages that say less than they may, oldest first."""
    # the latest first and no others: the index has all that the chat was ever sent
    latest = (
        select(messages.c.id)
        .where(messages.c.chat_id == chat_id)
        .order_by(messages.c.telegram_id.desc())
        .limit(LATEST)
    )
    which = select(messages).where(
        messages.c.id.in_(latest), _UNSETTLED, messages.c.sent_at > sent_after
    )
    return await _due(connection, which, heights)


async def of_message(
    connection: AsyncConnection, message: Message, heights: Mapping[str, Settled]
) -> Certainty:
    """How sure a message may be; in groups and channels it does not say."""
    if message.chat_id < 0:
        return Certainty.SEEN
    rows = (await _told_in(connection, [message.id])).get(message.id)
    return _least(rows, heights) if rows else Certainty.SEEN


async def _due(
    connection: AsyncConnection, which: Select[Any], heights: Mapping[str, Settled]
) -> list[Due]:
    found = {row.id: message_of(row) for row in await connection.execute(which)}
    if not found:
        return []
    rows = await _told_in(connection, found)
    sure = [Due(found[one], _least(its, heights)) for one, its in sorted(rows.items())]
    return [one for one in sure if one.certainty > one.message.certainty]


async def _told_in(
    connection: AsyncConnection, message_ids: Collection[int]
) -> Mapping[int, Sequence[Any]]:
    """What messages tell of, by message."""
    told = select(
        alerts.c.message_id,
        alerts.c.state,
        movements.c.chain,
        movements.c.block_number,
        movements.c.orphaned_until,
    )
    of_them = told.join(movements, movements.c.id == alerts.c.movement_id).where(
        alerts.c.message_id.in_(list(message_ids))
    )
    rows: defaultdict[int, list[Any]] = defaultdict(list)
    for row in await connection.execute(of_them):
        rows[row.message_id].append(row)
    return rows


def _least(rows: Iterable[Any], heights: Mapping[str, Settled]) -> Certainty:
    """As sure as the least sure of them; what a reorg has taken is not sure at all."""
    return min(
        Certainty.SEEN
        if row.state != AlertState.SENT or row.orphaned_until is not None
        else of_block(heights.get(row.chain), row.block_number)
        for row in rows
    )
