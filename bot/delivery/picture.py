"""The picture of a digest: what went in and out in its time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.delivery.chart import bars_of, draw
from bot.hours.clock import zone_of
from data.model import Occasion
from data.queries.alerts.flows import flows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from data.model import Alert, Chat

log = structlog.get_logger(__name__)
LEAST = 2
"""Alerts from which on there is a picture: one alone is told in full instead."""
_LASTS = {Occasion.HOUR: timedelta(hours=1), Occasion.DAY: timedelta(days=1)}


def has_picture(occasion: Occasion | None, alerts: int) -> bool:
    """Whether so many alerts are told below one."""
    return occasion in _LASTS and alerts >= LEAST


async def drawn_for(
    means: Means, chat: Chat, told: Sequence[Alert], occasion: Occasion | None, due: datetime | None
) -> bytes | None:
    """A PNG; None where there is to be none, nothing has a price, or it cannot be drawn."""
    if occasion is None or due is None or not has_picture(occasion, len(told)):
        return None
    async with means.database.read() as connection:
        found = await flows(connection, [alert.id for alert in told])
    if not found:
        return None
    bars = bars_of(found, due - _LASTS[occasion], due, zone_of(chat.time_zone))
    try:
        return await asyncio.to_thread(draw, bars)
    except Exception:
        # a fault of ours in the picture must not keep the chat from what happened
        log.exception("the picture of a digest was not drawn", chat=chat.id)
        return None
