"""Which feeds a movement is big enough for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, null, or_, select

from data.model import ChatState
from data.tables import chats, watches

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from data.model import Movement


def feeds_reached(movement: Movement, born: datetime, now: datetime) -> Select[Any]:
    """Rows of ``chat_id``, ``topic_id``, ``timing`` and ``watch_id``, for a movement with a price.

    Feeds younger than ``born``, the moment the block came up, are passed over. Where several
    feeds of a chat hit, the row names one that is not muted, so that delivery does not drop it.
    """
    chain = movement.block.chain
    heard = or_(watches.c.muted_until.is_(None), watches.c.muted_until <= now)
    takes_default = and_(watches.c.threshold_usd.is_(None), watches.c.threshold_units.is_(null()))
    named = func.coalesce(func.min(case((heard, watches.c.id))), func.min(watches.c.id))
    return (
        select(watches.c.chat_id, watches.c.topic_id, chats.c.timing, named.label("watch_id"))
        .join(chats, chats.c.id == watches.c.chat_id)
        .where(
            chats.c.state == ChatState.ACTIVE,
            watches.c.address.is_(None),
            or_(watches.c.chain == chain, watches.c.chain.is_(None)),
            or_(
                watches.c.threshold_usd <= movement.usd,
                and_(takes_default, chats.c.default_threshold_usd <= movement.usd),
            ),
            watches.c.created_at <= born,
        )
        .group_by(watches.c.chat_id, watches.c.topic_id, chats.c.timing)
    )
