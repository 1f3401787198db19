"""Which feeds a movement is big enough for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, case, func, literal, null, or_, select

from data.model import ChatState
from data.tables import chats, watches

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from data.model import Shown


def reached_by(shown: Shown, now: datetime) -> dict[str, Any]:
    """The parameters of ``FEEDS_REACHED`` for a movement with a price."""
    chain = shown.movement.block.chain
    return {
        "on_chain": chain,
        "not_there": f"%,{chain},%",
        "is_worth": shown.movement.usd,
        "is_about": int(shown.about),
        "born_at": shown.born,
        "at_present": now,
    }


def _feeds_reached() -> Select[Any]:
    chain: ColumnElement[Any] = bindparam("on_chain")
    worth: ColumnElement[Any] = bindparam("is_worth")
    heard = or_(watches.c.muted_until.is_(None), watches.c.muted_until <= bindparam("at_present"))
    takes_default = and_(watches.c.threshold_usd.is_(None), watches.c.threshold_units.is_(null()))
    elsewhere = literal(",") + watches.c.not_on + ","
    named = func.coalesce(func.min(case((heard, watches.c.id))), func.min(watches.c.id))
    return (
        select(watches.c.chat_id, watches.c.topic_id, chats.c.timing, named.label("watch_id"))
        .join(chats, chats.c.id == watches.c.chat_id)
        .where(
            chats.c.state == ChatState.ACTIVE,
            watches.c.address.is_(None),
            or_(watches.c.chain == chain, watches.c.chain.is_(None)),
            or_(watches.c.not_on.is_(None), ~elsewhere.like(bindparam("not_there"))),
            or_(
                watches.c.interests.is_(None),
                watches.c.interests.bitwise_and(bindparam("is_about", type_=Integer)) != 0,
            ),
            watches.c.only_assets.is_(null()),
            watches.c.without_assets.is_(null()),
            or_(
                watches.c.threshold_usd <= worth,
                and_(takes_default, chats.c.default_threshold_usd <= worth),
            ),
            watches.c.created_at <= bindparam("born_at"),
        )
        .group_by(watches.c.chat_id, watches.c.topic_id, chats.c.timing)
    )


FEEDS_REACHED = _feeds_reached()
"""Rows of ``chat_id``, ``topic_id``, ``timing`` and ``watch_id``, for what ``reached_by`` says.

Feeds that count units, or some assets only, are not among them: these are matched one by one.
Feeds younger than the moment the block came up are passed over. Where several feeds of a chat hit,
the row names one that is not muted, so that delivery does not drop it.
"""
