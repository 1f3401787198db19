"""How sure a message may be of what it tells, and how it says so. Pure.

Only messages in private chats say it: in a group an edit costs one of twenty messages a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.languages import N_
from data.model import AlertState, Certainty, ChatKind
from data.queries.certainty import of_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.model import Alert, Chat, Movement, Settled

MARKS = {Certainty.CONFIRMED: N_("✓ confirmed"), Certainty.FINALIZED: N_("✓✓ final")}


def certainty_of(
    chat: Chat,
    alerts: Iterable[Alert],
    movements: Mapping[int, Movement],
    heights: Mapping[str, Settled],
) -> Certainty:
    """As sure as the least sure of the alerts; what a reorg has taken is not sure at all."""
    if chat.kind is not ChatKind.PRIVATE:
        return Certainty.SEEN
    return min((_of_one(alert, movements, heights) for alert in alerts), default=Certainty.SEEN)


def _of_one(
    alert: Alert, movements: Mapping[int, Movement], heights: Mapping[str, Settled]
) -> Certainty:
    movement = movements.get(alert.movement_id)
    if movement is None or movement.orphaned or alert.state is AlertState.RETRACTED:
        return Certainty.SEEN
    return of_block(heights.get(alert.chain), movement.block.number)
