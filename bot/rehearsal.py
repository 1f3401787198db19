"""What a watch would have told this chat in the last day, for the screens on which it is set."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.texts import rehearsal as texts
from data.model import EVERYTHING, Direction, UnitThreshold, UsdThreshold, Watch
from data.rehearsal import rehearse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.context import Context
    from data.model import Chat, Scope, Threshold
    from data.rehearsal import Rehearsal

STEPS = tuple(
    Decimal(figures).scaleb(power) for power in range(2, 9) for figures in ("1", "2.5", "5")
)
"""Dollars that buttons offer: 100, 250, 500, 1,000 and so on."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def imagined(
    chat: Chat,
    *,
    chain: str | None = None,
    address: bytes | None = None,
    scope: Scope = EVERYTHING,
) -> Watch:
    """A watch that nobody has made yet."""
    return Watch(
        0, 0, chat.id, 0, chain, address, None, Direction.BOTH, None, None, _LONG_AGO, scope=scope
    )


async def rehearsed(
    connection: AsyncConnection,
    context: Context,
    chat: Chat,
    watch: Watch,
    thresholds: Sequence[Threshold | None],
) -> Rehearsal:
    """What it would have brought from each of these thresholds on; None is the chat's default."""
    return await rehearse(
        connection,
        chat,
        watch,
        thresholds,
        chains=context.chains,
        labels=context.labels,
        now=context.clock(),
        kept_from=context.settings.keep_movements_from_usd,
    )


def around(usd: Decimal) -> list[UsdThreshold]:
    """Two steps below a value, the value, and two above."""
    below = [one for one in STEPS if one < usd][-2:]
    above = [one for one in STEPS if one > usd][:2]
    return [UsdThreshold(one) for one in (*below, usd, *above)]


async def line_of(connection: AsyncConnection, context: Context, chat: Chat, watch: Watch) -> str:
    """What the watch would have told as it is set, in a sentence of HTML."""
    return texts.one(await rehearsed(connection, context, chat, watch, [watch.threshold]))


async def choices_of(
    connection: AsyncConnection,
    context: Context,
    chat: Chat,
    watch: Watch,
    values: Sequence[int | Decimal],
    now: Threshold | None = None,
) -> str:
    """What the watch would have told from each of these dollars on, in a line of HTML; ``now`` is
    the threshold that holds, if there is one already."""
    tried = [UsdThreshold(Decimal(usd)) for usd in values]
    return texts.choices(await rehearsed(connection, context, chat, watch, tried), now)


async def around_it(
    connection: AsyncConnection,
    context: Context,
    chat: Chat,
    watch: Watch,
    otherwise: Sequence[int],
) -> tuple[str, list[Decimal]]:
    """What the watch would have told as it is set and from lower and higher values on, as HTML, and
    these values; ``otherwise`` are those offered where it counts units."""
    now = watch.threshold or UsdThreshold(chat.default_threshold_usd)
    if isinstance(now, UnitThreshold):
        return await line_of(connection, context, chat, watch), list(map(Decimal, otherwise))
    tried = around(now.usd)
    found = await rehearsed(connection, context, chat, watch, tried)
    return texts.choices(found, now), [one.usd for one in tried if one != now]
