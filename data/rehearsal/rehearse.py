"""How many alerts a watch would have brought, for each of some thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.model import NoiseRule, Unpriced, UsdThreshold
from data.queries import watches
from data.rehearsal.counting import Counting, Trial
from data.rehearsal.history import history

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.labels import Labels
    from data.model import Chain, Chat, Threshold, Watch
    from data.rehearsal.history import History


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a watch would have brought of what is known: ``trials`` in the order of the thresholds.

    ``kept_from``: what is worth less in USD was not kept, so that it is not counted.
    ``is_new``: the address was not watched all the time, so that nobody asked what tokens were
    worth that no table knows.
    """

    trials: tuple[Trial, ...]
    history: History
    kept_from: Decimal | None = None
    is_new: bool = False


async def rehearse(
    connection: AsyncConnection,
    chat: Chat,
    watch: Watch,
    thresholds: Sequence[Threshold | None],
    *,
    chains: Sequence[Chain],
    labels: Labels,
    now: datetime,
    kept_from: Decimal,
) -> Rehearsal:
    """What the watch, which need not be stored, would have brought from each of these thresholds on
    in the last day; None is the chat's default. ``kept_from`` as in the settings."""
    asked = [one or UsdThreshold(chat.default_threshold_usd) for one in thresholds]
    there = [one for one in chains if watch.chain in {None, one.name}]
    there = [one for one in there if one.name not in watch.scope.not_on]
    past = await history(connection, there, now)
    since = now - past.long
    is_new = not watch.is_feed and not await _was_watched(connection, chat, watch, since)
    floor = kept_from if _goes_below(watch, asked, chat, kept_from, is_new=is_new) else None
    by_name = {one.name: one for one in there}
    counting = Counting(connection, chat, watch, by_name, labels, since, floor)
    trials = await counting.trials(asked)
    return Rehearsal(tuple(trials), past, floor, is_new)


async def _was_watched(
    connection: AsyncConnection, chat: Chat, watch: Watch, since: datetime
) -> bool:
    """Whether the chat itself watched the address all the time; what others watch is theirs."""
    return any(
        one.address == watch.address
        and one.chain in {None, watch.chain}
        and one.created_at <= since
        for one in await watches.of_chat(connection, chat.id)
    )


def _goes_below(
    watch: Watch, asked: Iterable[Threshold], chat: Chat, kept_from: Decimal, *, is_new: bool
) -> bool:
    """Whether it asks for anything that is kept of watched addresses only."""
    if not watch.is_feed and not is_new:
        return False
    if any(not isinstance(one, UsdThreshold) or one.usd < kept_from for one in asked):
        return True
    return not watch.is_feed and (
        watch.unpriced is Unpriced.TELL or NoiseRule.LOOKALIKE in chat.noise_let_in
    )
